//! Who is at the other end of a request, as far as a request tells.

use std::net::{IpAddr, Ipv6Addr};

/// Where a request came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The network address.
    pub address: IpAddr,
    /// What the browser calls itself.
    pub agent: String,
}

impl Client {
    /// What one subscriber has: an address of IPv4, or the first half of one of IPv6, the other half
    /// of which anybody may choose for themselves.
    pub(crate) fn network(&self) -> String {
        network(self.address)
    }
}

/// The network of an address.
pub(crate) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let half = address.to_bits() >> 64 << 64;
            Ipv6Addr::from_bits(half).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_what_one_subscriber_has() {
        for (address, expected) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("::1", "::"),
        ] {
            assert_eq!(network(address.parse().unwrap()), expected);
        }
    }
}
