//! Which addresses belong to the internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Ranges of IPv4 that are not on the internet, with the number of bits that are the same in each.
const PRIVATE_V4: &[(Ipv4Addr, u32)] = &[
    // this network, also another name of this machine
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    // shared by the customers of a provider; some clouds answer for their machines here
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // link-local, where clouds answer for their machines
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    // protocol assignments, documentation, relays from IPv6
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // measurements, documentation
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // an address that some clouds answer on besides those above
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    // multicast, reserved, broadcast
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// Whether a connection to this address leaves for the internet.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !PRIVATE_V4.iter().any(|(range, bits)| {
        let different = address.to_bits() ^ range.to_bits();
        different.leading_zeros() >= *bits
    })
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // An address of IPv4 in another dress goes where that one goes: 6to4 and the well-known
    // translation. Mapped ones are not among those below at all.
    let within = match (first, second) {
        (0x2002, _) => Some(embedded(address, 1)),
        (0x64, 0xff9b) => return is_public_v4(embedded(address, 6)),
        _ => None,
    };
    // Only these are given out, and of them some are for protocols (among them Teredo), machines
    // of one organisation, and documentation.
    let given_out = first & 0xe000 == 0x2000;
    let special = (first == 0x2001 && (second < 0x200 || second == 0xdb8)) || first == 0x3fff;
    given_out && !special && within.is_none_or(is_public_v4)
}

/// The address of IPv4 that begins with this segment.
fn embedded(address: Ipv6Addr, segment: usize) -> Ipv4Addr {
    let shift = 128 - 32 - 16 * u32::try_from(segment).unwrap_or(0);
    let bits = (address.to_bits() >> shift) & u128::from(u32::MAX);
    Ipv4Addr::from_bits(u32::try_from(bits).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_internet_is_public() {
        for address in [
            "1.1.1.1",
            "93.184.216.34",
            "100.128.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "2606:4700:4700::1111",
            "2a00:1450:4001::200e",
            "64:ff9b::101:101",
            "2002:101:101::1",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn nothing_else_is() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.8.9.1",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:1.1.1.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:a9fe:a9fe::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }
}
