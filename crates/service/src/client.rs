//! Who is at the other end of a request, as far as a request tells.

use std::net::{IpAddr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What is stored of what a browser shows to be known again.
pub type DeviceHash = store::devices::DeviceHash;

/// The hash of what a browser shows. It is 256 random bits, so a plain hash cannot be searched.
pub fn device_hash(shown: &[u8; 32]) -> DeviceHash {
    Sha256::new()
        .chain_update(b"relay.device.v1")
        .chain_update(shown)
        .finalize()
        .into()
}

/// Where a request came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// The network address.
    pub address: IpAddr,
    /// What the browser calls itself.
    pub agent: String,
    /// By what the browser is known again, or will be once somebody has signed in with it.
    pub device: Option<DeviceHash>,
}

impl Client {
    /// What one subscriber has: an address of IPv4, or the first half of one of IPv6, the other half
    /// of which anybody may choose for themselves.
    pub(crate) fn network(&self) -> String {
        network(self.address)
    }

    /// What one site has, which may divide it into as many networks as it likes; there is none for
    /// IPv4.
    pub(crate) fn site(&self) -> Option<String> {
        match self.address.to_canonical() {
            IpAddr::V4(_) => None,
            IpAddr::V6(address) => Some(beginning(address, 48)),
        }
    }
}

/// The network of an address: what one subscriber has, as a text to count by.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => beginning(address, 64),
    }
}

/// The first bits of an address, and nothing of the others.
fn beginning(address: Ipv6Addr, bits: u32) -> String {
    let others = 128 - bits;
    Ipv6Addr::from_bits(address.to_bits() >> others << others).to_string()
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
        let client = |address: &str| Client {
            address: address.parse().unwrap(),
            agent: String::new(),
            device: None,
        };
        assert_eq!(client("203.0.113.7").site(), None);
        assert_eq!(client("2001:db8:1:2:3::4").site().unwrap(), "2001:db8:1::");
    }
}
