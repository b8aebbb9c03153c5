//! A ring of `io_uring` that is empty between two calls. Must not know what is written.

#![allow(unsafe_code, reason = "the kernel is handed addresses of the bytes to write")]

use std::fmt;
use std::io;
use std::os::fd::AsRawFd;

use io_uring::types::Fd;
use io_uring::{IoUring, Probe, opcode};
use rustix::io::Errno;
use rustix::net::SendFlags;

use super::{BATCH, Send, Written};

/// Invariant: outside of [`Ring::send_all`] no write is queued or under way.
pub(super) struct Ring(IoUring);

impl Ring {
    /// `None` where it is missing, forbidden, or older than Linux 5.12: from there on a write that
    /// must not wait ends within the call that submits it.
    pub(super) fn new() -> Option<Self> {
        let ring = IoUring::new(BATCH as u32).ok()?;
        let mut probe = Probe::new();
        ring.submitter().register_probe(&mut probe).ok()?;
        let usable = ring.params().is_feature_native_workers()
            && ring.params().is_feature_nodrop()
            && probe.is_supported(opcode::Send::CODE);
        usable.then_some(Self(ring))
    }

    /// Writes at most [`BATCH`] sends (a single one needs no ring) and adds what became of them.
    /// `false`: the ring is broken and must be dropped; sends that are still `None` were not written.
    pub(super) fn send_all(&mut self, sends: &[Option<Send<'_>>], written: &mut Written) -> bool {
        if let [Some(Send { socket, bytes })] = sends {
            written.push(Some(super::send(*socket, bytes)));
            return true;
        }
        let start = written.len();
        written.resize(start + sends.len(), None);
        let mut left = self.queue(sends);
        while left > 0 {
            let sound = self.submit(left);
            for done in self.0.completion() {
                left -= 1;
                written[start + done.user_data() as usize] = Some(match done.result() {
                    bytes @ 0.. => Ok(bytes as usize),
                    error => Err(Errno::from_raw_os_error(-error)),
                });
            }
            if !sound {
                return false;
            }
        }
        true
    }

    /// Queues the writes, and says how many there are.
    fn queue(&mut self, sends: &[Option<Send<'_>>]) -> usize {
        let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        let mut queue = self.0.submission();
        let mut count = 0;
        for (index, send) in sends.iter().enumerate() {
            let Some(Send { socket, bytes }) = send else { continue };
            let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            let entry = opcode::Send::new(Fd(socket.as_raw_fd()), bytes.as_ptr(), length)
                .flags(flags.bits().cast_signed())
                .build()
                .user_data(index as u64);
            // SAFETY: the kernel reads `bytes`, and uses `socket`, no longer than until the write has
            // completed. Both are borrowed until `send_all` returns. It returns once all queued
            // writes have completed; or when submitting has failed: what was submitted has
            // completed within that call, since it must not wait (`DONTWAIT`), and what was not goes
            // with the ring, which the caller drops.
            let queued = unsafe { queue.push(&entry) };
            assert!(queued.is_ok(), "the ring is empty between two calls and holds a whole batch");
            count += 1;
        }
        count
    }

    /// Submits what is queued and waits for it.
    fn submit(&self, count: usize) -> bool {
        match self.0.submit_and_wait(count) {
            Ok(_) => true,
            Err(error) => error.kind() == io::ErrorKind::Interrupted,
        }
    }
}

impl fmt::Debug for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ring")
    }
}
