//! What the operating system gives this process, and how much of it is used. Must not know what for.

use std::fs;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What the process uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Use {
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// Open files and sockets.
    pub open_files: u64,
    /// Open files that it may have.
    pub max_files: u64,
}

/// What is in use now. What the system does not tell is 0.
#[must_use]
pub fn in_use() -> Use {
    Use {
        memory_bytes: resident().unwrap_or(0),
        open_files: fs::read_dir("/proc/self/fd").map_or(0, |files| files.count() as u64),
        max_files: getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX),
    }
}

/// Bytes in memory, from the line `VmRSS: 1234 kB` (proc(5)).
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Raises the limit of open files as far as this user may, and answers it.
pub fn raise_open_files() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit { current: limit.maximum, maximum: limit.maximum };
    match setrlimit(Resource::Nofile, most) {
        Ok(()) => limit.maximum.unwrap_or(u64::MAX),
        Err(error) => {
            tracing::debug!(%error, "the limit of open files stays as it is");
            limit.current.unwrap_or(u64::MAX)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_something() {
        let file = fs::File::open("/proc/self/status").unwrap();
        let used = in_use();
        assert!(used.memory_bytes > 1024 * 1024, "{used:?}");
        assert!(used.open_files >= 1 && used.open_files <= used.max_files, "{used:?}");
        drop(file);
    }

    #[test]
    fn the_limit_of_open_files_goes_up_only() {
        let before = in_use().max_files;
        assert!(raise_open_files() >= before);
    }
}
