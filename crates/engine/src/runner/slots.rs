//! Slots: what attempts at the same time must not share, used again by later ones.
//!
//! A slot has a user of its own when Relay is root and can choose, a control group of its own where
//! Relay may make them, and the thread that starts its programs.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::cgroup::{Group, Place};
use super::launcher::Launcher;
use crate::settings::Limits;

/// The first of the users that attempts run as when Relay is root: numbers that Linux
/// distributions leave to nobody, and that also exist in containers with 65,536 users.
const FIRST_USER: u32 = 60_800;

/// How many there are.
const USERS: u32 = 256;

/// What one slot has.
#[derive(Debug)]
pub(super) struct Seat {
    /// The user its programs run as; nothing when Relay cannot choose.
    pub(super) user: Option<u32>,
    /// Its thread; ends before the group is removed, being a member of it.
    pub(super) launcher: Launcher,
    /// Its control group.
    pub(super) group: Option<Arc<Group>>,
}

/// A slot in use. Dropped, it is free again.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) seat: Arc<Seat>,
    slots: Arc<Slots>,
}

impl Slot {
    /// How many processes the kernel has ended in it for want of memory.
    pub(super) fn ended_for_memory(&self) -> Option<u64> {
        self.seat.group.as_ref()?.ended_for_memory()
    }

    /// Sets what everything in it may use together.
    pub(super) fn limit(&self, limits: &Limits) -> io::Result<()> {
        match &self.seat.group {
            Some(group) => group.limit(limits),
            None => Ok(()),
        }
    }

    /// Whether the kernel counts its memory.
    pub(super) fn counted(&self) -> bool {
        self.seat.group.is_some()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let seat = Arc::clone(&self.seat);
        self.slots.state().free.push(seat);
    }
}

/// All slots of a runner.
#[derive(Debug)]
pub(super) struct Slots {
    place: Option<Place>,
    root: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    free: Vec<Arc<Seat>>,
    made: u32,
    /// Numbers of slots that could not be made.
    given_back: Vec<u32>,
}

impl State {
    /// A number no other slot has.
    fn number(&mut self) -> io::Result<u32> {
        if let Some(number) = self.given_back.pop() {
            return Ok(number);
        }
        if self.made >= USERS {
            return Err(io::Error::new(
                io::ErrorKind::WouldBlock,
                format!("{USERS} steps are running, and there are no more users for steps"),
            ));
        }
        self.made += 1;
        Ok(self.made - 1)
    }
}

impl Slots {
    /// No slot yet; each is made when it is first needed.
    pub(super) fn new(place: Option<Place>) -> Self {
        Self {
            place,
            root: rustix::process::geteuid().is_root(),
            state: Mutex::default(),
        }
    }

    /// Whether the kernel counts the memory of a slot.
    pub(super) fn counted(&self) -> bool {
        self.place.is_some()
    }

    /// A slot that nobody uses.
    pub(super) fn take(self: &Arc<Self>) -> io::Result<Slot> {
        let in_use = |seat| Slot {
            seat,
            slots: Arc::clone(self),
        };
        let number = {
            let mut state = self.state();
            let is_quiet =
                |seat: &Arc<Seat>| seat.group.as_ref().is_none_or(|group| group.is_quiet());
            if let Some(place) = state.free.iter().rposition(is_quiet) {
                return Ok(in_use(state.free.swap_remove(place)));
            }
            state.number()?
        };
        match self.make(number) {
            Ok(seat) => Ok(in_use(Arc::new(seat))),
            Err(error) => {
                self.state().given_back.push(number);
                Err(error)
            }
        }
    }

    fn make(&self, number: u32) -> io::Result<Seat> {
        let group = match &self.place {
            Some(place) => Some(Arc::new(place.make()?)),
            None => None,
        };
        let user = self.root.then_some(FIRST_USER + number);
        Ok(Seat {
            user,
            launcher: Launcher::start(group.clone(), user)?,
            group,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while it was held has left nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_that_cannot_be_made_takes_no_number() {
        let slots = Arc::new(Slots::new(Some(Place::nowhere())));
        for _ in 0..=USERS {
            let error = slots.take().err().map(|error| error.kind());
            assert_eq!(error, Some(io::ErrorKind::NotFound));
        }
    }
}
