//! What a socket and those who listen above it agree on while a request is sent.
//!
//! A server may answer before it has read all of a request, and read no more (RFC 9112, section 9.5). Where nothing more can
//! be written and something can be read, the socket keeps what is to be sent and lets the others listen: they alone see what
//! is said through TLS, and whether it is an answer.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

#[cfg(unix)]
const FREE: u8 = 0;
const HELD: u8 = 1;
const CLOSED: u8 = 2;

/// The way out of a connection.
#[derive(Debug, Default)]
pub(super) struct Outlet(AtomicU8);

impl Outlet {
    /// Whether something waits to be sent.
    pub fn is_held(&self) -> bool {
        self.0.load(Ordering::Relaxed) == HELD
    }

    /// Whether something can still be sent.
    pub fn is_open(&self) -> bool {
        self.0.load(Ordering::Relaxed) != CLOSED
    }

    /// Something waits to be sent.
    #[cfg(unix)]
    pub fn hold(&self) {
        self.0.store(HELD, Ordering::Relaxed);
    }

    /// It was sent.
    #[cfg(unix)]
    pub fn release(&self) {
        let _ = self
            .0
            .compare_exchange(HELD, FREE, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Nothing more is sent on this connection.
    pub fn close(&self) {
        self.0.store(CLOSED, Ordering::Relaxed);
    }
}

/// The way out of the newest connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Newest(Arc<Mutex<Arc<Outlet>>>);

impl Newest {
    pub fn set(&self, outlet: &Arc<Outlet>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(outlet);
    }

    pub fn get(&self) -> Arc<Outlet> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
