//! Writes to many sockets with one call into the kernel (`io_uring`), or with one call each where the
//! kernel has no such thing. Must not know what is written, nor why.
//!
//! The only room with unsafe code (`ring.rs`), so that what it promises can be read in one sitting.
//! No write waits: what a socket does not take at once is the caller's to keep.

#[cfg(target_os = "linux")]
mod ring;

use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use rustix::net::SendFlags;
use smallvec::SmallVec;

#[cfg(target_os = "linux")]
use ring::Ring;

/// Most writes of one call: some 4 ms. The more the better: docs/decisions/0009 has the figures.
pub const BATCH: usize = 1024;

/// Results that need no memory of their own.
const FEW: usize = 32;

/// Bytes for one socket.
#[derive(Debug, Clone, Copy)]
pub struct Send<'a> {
    /// The socket. That it may block does not matter: this write does not.
    pub socket: BorrowedFd<'a>,
    /// The kernel may take only the first of them.
    pub bytes: &'a [u8],
}

/// What became of each write, in their order: bytes that the kernel took, or why it took none
/// ([`Errno::AGAIN`]: the socket is full). `None` where there was nothing to write.
pub type Written = SmallVec<[Option<Result<usize, Errno>>; FEW]>;

/// A way to write to many sockets. Each thread has its own.
#[derive(Debug)]
pub struct Sender {
    #[cfg(target_os = "linux")]
    ring: Option<Ring>,
}

impl Sender {
    /// In batches, if `batched` and the kernel lets us.
    #[must_use]
    #[cfg_attr(not(target_os = "linux"), expect(unused_variables, reason = "one way only"))]
    pub fn new(batched: bool) -> Self {
        Self {
            #[cfg(target_os = "linux")]
            ring: if batched { Ring::new() } else { None },
        }
    }

    /// Does one call write to many?
    #[must_use]
    pub fn is_batched(&self) -> bool {
        #[cfg(target_os = "linux")]
        return self.ring.is_some();
        #[cfg(not(target_os = "linux"))]
        false
    }

    /// Writes to each of them, in their order.
    pub fn send_all<'a>(&mut self, sends: impl Iterator<Item = Option<Send<'a>>>) -> Written {
        #[cfg(target_os = "linux")]
        if let Some(ring) = &mut self.ring {
            let sends: SmallVec<[Option<Send<'a>>; FEW]> = sends.collect();
            let mut written = Written::new();
            let sound = sends.chunks(BATCH).all(|batch| ring.send_all(batch, &mut written));
            if !sound {
                tracing::warn!("io_uring has failed; each write is a call of its own from here on");
                self.ring = None;
                written.resize(sends.len(), None);
                for (written, send) in written.iter_mut().zip(&sends) {
                    *written = written.or_else(|| one(*send));
                }
            }
            return written;
        }
        sends.map(one).collect()
    }
}

fn one(send: Option<Send<'_>>) -> Option<Result<usize, Errno>> {
    send.map(|Send { socket, bytes }| self::send(socket, bytes))
}

/// Writes to one socket. As `write`, but without the detour through the C library, whose `send` is a
/// place where threads can be cancelled.
///
/// # Errors
/// As the kernel says.
pub fn send(socket: BorrowedFd<'_>, bytes: &[u8]) -> Result<usize, Errno> {
    rustix::net::send(socket, bytes, SendFlags::NOSIGNAL | SendFlags::DONTWAIT)
}
