//! The data directory: its file, who may read it, who may serve it. Must not know SQL beyond the
//! settings of a connection.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use store::StoreError;

use crate::failure::Failure;
use crate::limits::{BUSY, STATEMENTS, WAL_BYTES};

/// Name of the data file in the data directory.
pub(crate) const DATA_FILE: &str = "parlor.db";

/// Held by the one process that serves the data file. A file of its own: SQLite's locks on the data
/// file would be lost if we opened and closed that one.
const LOCK_FILE: &str = "parlor.lock";

/// A data directory.
#[derive(Debug, Clone)]
pub(crate) struct DataDir(PathBuf);

impl DataDir {
    /// Makes the directory and an empty data file where there are none. Both are for their owner
    /// alone: the file holds the seeds of games that are being played.
    pub(crate) fn prepare(path: &Path) -> Result<Self, StoreError> {
        let dir = Self(path.to_owned());
        let made = make_dir(path).and_then(|()| make_file(&dir.data_file()));
        made.map_err(|why| unusable(path, &why))?;
        Ok(dir)
    }

    pub(crate) fn data_file(&self) -> PathBuf {
        self.0.join(DATA_FILE)
    }

    /// The lock of the one that serves this directory; gone with the returned file, even when the
    /// process is killed. `None` when somebody else holds it.
    pub(crate) fn lock(&self) -> Result<Option<File>, StoreError> {
        let path = self.0.join(LOCK_FILE);
        let file = private().truncate(false).open(&path).map_err(|why| unusable(&path, &why))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(why)) => Err(unusable(&path, &why)),
        }
    }

    /// What to say to a second server.
    pub(crate) fn in_use(&self) -> StoreError {
        StoreError::Unavailable(format!(
            "another `parlor serve` uses the data directory {}: stop it, or choose another data_dir",
            self.0.display()
        ))
    }

    /// A connection that may write. `synchronous = FULL`: what is committed survives a power cut.
    pub(crate) fn writing(&self) -> Result<Connection, Failure> {
        let db = self.connect()?;
        db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "foreign_keys", true)?;
        db.pragma_update(None, "temp_store", "MEMORY")?;
        // What is in the log is moved into the file by `checkpoints`.
        db.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
        db.pragma_update_and_check(None, "journal_size_limit", WAL_BYTES, |_| Ok(()))?;
        Ok(db)
    }

    /// A connection that cannot write.
    pub(crate) fn reading(&self) -> Result<Connection, Failure> {
        let db = self.connect()?;
        db.pragma_update(None, "query_only", true)?;
        Ok(db)
    }

    fn connect(&self) -> Result<Connection, Failure> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(self.data_file(), flags)?;
        db.busy_timeout(BUSY)?;
        // A statement is planned once: without this some are planned anew for each value.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(db)
    }
}

fn unusable(path: &Path, why: &io::Error) -> StoreError {
    StoreError::Unavailable(format!("{}: {why}", path.display()))
}

#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).mode(0o600);
    options
}

#[cfg(not(unix))]
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    options
}

#[cfg(unix)]
fn make_dir(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_dir(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// SQLite gives its other files (`-wal`, `-shm`) the mode of this one. A file that is there is not
/// opened here: closing it would drop the locks that SQLite holds on it in this process.
fn make_file(path: &Path) -> io::Result<()> {
    match private().create_new(true).open(path) {
        Ok(_) => Ok(()),
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => keep_private(path),
        Err(why) => Err(why),
    }
}

/// A file that others could read (restored from a copy, say) is closed to them again.
#[cfg(unix)]
fn keep_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    tracing::warn!(file = %path.display(), "others could read the data file: its mode is 0600 now");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn keep_private(_path: &Path) -> io::Result<()> {
    Ok(())
}
