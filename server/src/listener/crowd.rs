//! How many connections each network has open: so many that no browser and no office notices, and so
//! few that nobody alone takes all there are.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use service::network;

use crate::cidr::Cidr;

/// Who is connected. Cheap to clone; clones share the counts.
#[derive(Debug, Clone)]
pub(crate) struct Crowd {
    each: usize,
    /// Who may have any number: a proxy stands for everybody behind it.
    exempt: Arc<[Cidr]>,
    open: Arc<Mutex<HashMap<String, usize>>>,
}

/// One of them, until it is dropped.
pub(super) struct Guest {
    crowd: Crowd,
    network: String,
}

impl Crowd {
    /// At most `each` from one network, but for `exempt`.
    pub(crate) fn new(each: usize, exempt: Vec<Cidr>) -> Self {
        Self {
            each,
            exempt: exempt.into(),
            open: Arc::default(),
        }
    }

    /// Lets one more in: `Err` when there are enough of its network, `Ok(None)` when nobody counts.
    pub(super) fn enter(&self, from: IpAddr) -> Result<Option<Guest>, ()> {
        if self.exempt.iter().any(|cidr| cidr.contains(from)) {
            return Ok(None);
        }
        let network = network(from);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(network.clone()).or_default();
        if *count >= self.each {
            return Err(());
        }
        *count += 1;
        drop(open);
        Ok(Some(Guest {
            crowd: self.clone(),
            network,
        }))
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let open = self.crowd.open.lock();
        let mut open = open.unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_network_has_its_share() {
        let crowd = Crowd::new(2, vec!["10.0.0.0/8".parse().unwrap()]);
        let enter = |from: &str| crowd.enter(from.parse().unwrap());
        let mut inside = vec![enter("2001:db8::1").unwrap(), enter("2001:db8::2").unwrap()];
        assert!(enter("2001:db8::3").is_err());
        assert!(enter("2001:db8:0:1::1").is_ok());
        assert!(enter("203.0.113.7").is_ok());
        for _ in 0..9 {
            inside.push(enter("::ffff:10.1.2.3").unwrap());
        }
        inside.clear();
        assert!(enter("2001:db8::3").is_ok());
        assert!(crowd.open.lock().unwrap().is_empty(), "nobody is left");
    }
}
