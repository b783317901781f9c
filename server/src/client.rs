//! Who is at the other end of a request: the address of the connection, or, when that is one of the
//! proxies named by `--trusted-proxy`, the one that the proxy names.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::Next;
use axum::response::Response;
use service::Client;

use crate::cidr::Cidr;
use crate::state::Doors;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Characters of what a browser calls itself.
const LONGEST_AGENT: usize = 200;

/// The other end of the connection; the listener puts it into each request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Puts a [`Client`] into the request.
pub async fn identify(
    State(doors): State<Arc<Doors>>,
    mut request: Request,
    next: Next,
) -> Response {
    // Without a connection, as in a test, it comes from nowhere.
    let peer = request.extensions().get::<Peer>();
    let peer = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0);
    let client = Client {
        address: address(peer, request.headers(), &doors.trusted_proxies),
        agent: agent(request.headers()),
    };
    request.extensions_mut().insert(client);
    next.run(request).await
}

/// From the nearest hop to the farthest, as long as each is a proxy that is trusted: the first that
/// is not is the client. What stands before it in the list, anybody could have written.
fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[Cidr]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|cidr| cidr.contains(address));
    let mut client = peer.to_canonical();
    let lines: Vec<_> = headers.get_all(FORWARDED_FOR).iter().collect();
    for line in lines.into_iter().rev() {
        for hop in line.to_str().unwrap_or_default().rsplit(',') {
            if !is_trusted(client) {
                return client;
            }
            let Some(before) = read(hop) else {
                return client;
            };
            client = before;
        }
    }
    client
}

/// An address as proxies write it: some with a port, some with brackets.
fn read(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let with_port = || hop.parse::<std::net::SocketAddr>().ok().map(|it| it.ip());
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse().ok().or_else(with_port)?;
    Some(IpAddr::to_canonical(&address))
}

fn agent(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok());
    agent
        .unwrap_or_default()
        .chars()
        .take(LONGEST_AGENT)
        .collect()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn seen(peer: &str, lines: &[&'static str]) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
        }
        address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        for (peer, lines, expected) in [
            ("203.0.113.7", &[][..], "203.0.113.7"),
            ("203.0.113.7", &["198.51.100.1"], "203.0.113.7"),
            ("10.1.1.1", &[], "10.1.1.1"),
            ("10.1.1.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:10.1.1.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.1.1.1", &["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
            (
                "10.1.1.1",
                &["6.6.6.6", "198.51.100.1, 10.2.2.2"],
                "198.51.100.1",
            ),
            ("10.1.1.1", &["198.51.100.1, fd00::1"], "198.51.100.1"),
            ("10.1.1.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("10.1.1.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("10.1.1.1", &["6.6.6.6, nonsense"], "10.1.1.1"),
            ("10.1.1.1", &["6.6.6.6, "], "10.1.1.1"),
            ("10.1.1.1", &["10.3.3.3, 10.2.2.2"], "10.3.3.3"),
        ] {
            assert_eq!(seen(peer, lines), expected, "{peer} {lines:?}");
        }
    }
}
