//! Brings a data file to the schema of this binary. Must not know what the tables mean.

use rusqlite::Connection;
use store::StoreError;

use crate::failure::Failure;

/// The steps, in order: the number of a schema is how many of them it has had.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_first.sql", include_str!("../migrations/0001_first.sql")),
    ("0002_lists.sql", include_str!("../migrations/0002_lists.sql")),
    ("0003_accounts.sql", include_str!("../migrations/0003_accounts.sql")),
];

/// The schema of this binary.
pub(crate) const KNOWN: u32 = MIGRATIONS.len() as u32;

/// The schema of the file; one that is newer than this binary is refused.
pub(crate) fn found(db: &Connection) -> Result<u32, Failure> {
    let found: u32 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > KNOWN {
        return Err(StoreError::Newer { found, known: KNOWN }.into());
    }
    Ok(found)
}

/// Runs the steps that the file has not had, each in a transaction of its own.
pub(crate) fn migrate(db: &Connection) -> Result<(), Failure> {
    run(db, MIGRATIONS)
}

/// A step may drop a table that others refer to and put a new one in its place: references are
/// checked when it is done, and not with each row.
fn run(db: &Connection, steps: &[(&str, &str)]) -> Result<(), Failure> {
    if found(db)? as usize >= steps.len() {
        return Ok(());
    }
    let checked: bool = db.query_row("PRAGMA foreign_keys", [], |row| row.get(0))?;
    db.pragma_update(None, "foreign_keys", false)?;
    let ran = run_each(db, steps);
    db.pragma_update(None, "foreign_keys", checked)?;
    ran
}

fn run_each(db: &Connection, steps: &[(&str, &str)]) -> Result<(), Failure> {
    let had = found(db)? as usize;
    for (number, (name, text)) in (1..).zip(steps).skip(had) {
        tracing::info!(step = name, "bringing the data file to a newer schema");
        let step = format!("BEGIN IMMEDIATE;\n{text}\nPRAGMA user_version = {number};");
        let ran = db.execute_batch(&step).map_err(Failure::from);
        let ran = ran.and_then(|()| check_references(db));
        if let Err(failure) = ran.and_then(|()| Ok(db.execute_batch("COMMIT")?)) {
            if !db.is_autocommit() {
                db.execute_batch("ROLLBACK")?;
            }
            return Err(failure);
        }
    }
    Ok(())
}

fn check_references(db: &Connection) -> Result<(), Failure> {
    let mut broken = db.prepare("PRAGMA foreign_key_check")?;
    match broken.query([])?.next()? {
        None => Ok(()),
        Some(row) => {
            Err(Failure::unreadable("a row without its session", row.get::<_, String>(0)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_migrations_is_a_step_in_its_order() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let steps: Vec<&str> = MIGRATIONS.iter().map(|(name, _)| *name).collect();
        assert_eq!(files, steps);
        for (number, name) in (1..).zip(steps) {
            assert!(name.starts_with(&format!("{number:04}_")), "{name}");
        }
    }

    #[test]
    fn a_step_that_fails_leaves_nothing_behind_and_can_be_run_again() {
        let db = Connection::open_in_memory().unwrap();
        let good = ("0001_a.sql", "CREATE TABLE a (x);");
        let bad = ("0002_b.sql", "CREATE TABLE b (x); CREATE TABLE a (x);");
        assert!(run(&db, &[good, bad]).is_err());
        assert_eq!(found(&db).unwrap(), 1);
        assert!(db.prepare("SELECT x FROM b").is_err(), "half a step is there");
        db.execute_batch("PRAGMA user_version = 0; DROP TABLE a").unwrap();
        migrate(&db).unwrap();
        migrate(&db).unwrap();
        assert_eq!(found(&db).unwrap(), KNOWN);
    }

    #[test]
    fn a_step_that_leaves_a_row_without_its_session_is_taken_back() {
        let db = Connection::open_in_memory().unwrap();
        db.pragma_update(None, "foreign_keys", true).unwrap();
        let good = "CREATE TABLE a (x INTEGER PRIMARY KEY); CREATE TABLE b (a REFERENCES a (x)); \
                    INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (1), (2);";
        let anew = "CREATE TABLE n (x INTEGER PRIMARY KEY); INSERT INTO n SELECT x FROM a; \
                    DROP TABLE a; ALTER TABLE n RENAME TO a;";
        let bad = "DELETE FROM a WHERE x = 2;";
        let steps = [("0001", good), ("0002", anew), ("0003", bad)];
        let why = run(&db, &steps).unwrap_err().0;
        assert!(matches!(&why, StoreError::Corrupt(why) if why.ends_with(": b")), "{why}");
        assert_eq!(found(&db).unwrap(), 2);
        let count = |text: &str| db.query_row(text, [], |row| row.get::<_, u32>(0)).unwrap();
        assert_eq!(count("SELECT count(*) FROM a"), 2);
        assert_eq!(count("PRAGMA foreign_keys"), 1, "rows are checked again");
        assert!(db.execute("INSERT INTO b VALUES (3)", []).is_err());
    }

    #[test]
    fn a_file_of_a_newer_binary_is_refused() {
        let db = Connection::open_in_memory().unwrap();
        db.pragma_update(None, "user_version", KNOWN + 1).unwrap();
        let error = migrate(&db).unwrap_err().0;
        assert!(
            matches!(error, StoreError::Newer { found, known } if found == KNOWN + 1 && known == KNOWN),
            "{error}"
        );
    }
}
