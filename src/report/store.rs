//! The one place through which every file of a result is written.
//!
//! A result folder appears whole or not at all. It is built under `<name>.partial/` beside its
//! place; each file is written under a temporary name, flushed, synced and renamed; `manifest.json`
//! comes last, with the SHA-256 of every file; then the folder is renamed into place. Whoever sees
//! a manifest sees a whole result. Dropping a [`Store`] before [`Store::finish`] removes the
//! partial folder, the lock beside it and the folders above that were made for it.
//!
//! A folder that holds anything is refused unless [`Existing::Replace`] is asked for, and even
//! then only files that an earlier run wrote are replaced: a file that is not in the old manifest
//! is somebody's work, and stops the run. The same goes for what stands under the names that are
//! used on the way, `<name>.partial/`, `<name>.replaced/` and `.<name>.fanpin-lock`: only what this
//! program left there is cleared.

use crate::measures::files::NotFinite;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Name of the manifest within a result folder.
pub const MANIFEST: &str = "manifest.json";
/// Name of the only file that may differ between two runs of the same thing; it has no hash in the manifest.
pub const TIMING: &str = "timing.json";
/// Name of an empty file that says of a partial folder that this program made it.
const MARK: &str = ".fanpin-partial";

/// What to do with results that are already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Leave them and fail.
    Refuse,
    /// Replace them once the new ones are complete.
    Replace,
    /// The same, if this command wrote them: a chart doesn't take the place of a sweep, or of a run that took an hour.
    ReplaceOf(&'static str),
}

/// Why a result could not be written.
#[derive(Debug)]
pub enum StoreError {
    /// The folder holds something already.
    Occupied {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder holds a file that no run of this program wrote.
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// The file within it.
        file: String,
    },
    /// The folder holds the results of a run, and another command was about to take their place.
    OfARun {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder holds what another command wrote.
    OfAnother {
        /// The folder.
        folder: PathBuf,
        /// The command, if the manifest says.
        command: Option<String>,
        /// The one that was about to replace it.
        wanted: &'static str,
    },
    /// Something that is not a folder has the folder's name: a file, a link, a device.
    NotAFolder {
        /// Its path.
        path: PathBuf,
    },
    /// A target that names no folder of its own, such as `/` or `..`.
    NoName {
        /// The target.
        target: PathBuf,
    },
    /// Another process is writing this folder now.
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// A number that is not finite was about to be written.
    NotFinite {
        /// The file.
        file: String,
        /// What the number was.
        what: String,
        /// The number.
        value: f64,
    },
    /// A file name that leaves the folder, or was written before.
    BadName {
        /// The name.
        file: String,
    },
    /// The operating system refused.
    Io {
        /// What was being done.
        action: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// Its reason.
        source: io::Error,
    },
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occupied { folder } => write!(
                f,
                "`{}` holds results already: choose another folder with `--out`, or replace them with `--force`",
                folder.display()
            ),
            Self::Foreign { folder, file } => write!(
                f,
                "`{}` holds `{file}`, which no run wrote: move it away or choose another folder",
                folder.display()
            ),
            Self::OfARun { folder } => write!(
                f,
                "`{}` holds the results of `fanpin run`: choose another folder with `--out`",
                folder.display()
            ),
            Self::OfAnother { folder, command, wanted } => {
                write!(f, "`{}` holds ", folder.display())?;
                match command {
                    Some(command) => write!(f, "what `fanpin {command}` wrote")?,
                    None => f.write_str("results that don't say which command wrote them")?,
                }
                write!(
                    f,
                    ", and `--force` of `fanpin {wanted}` replaces its own only: choose another folder with `--out`, or \
                     move that one away"
                )
            }
            Self::NotAFolder { path } => {
                write!(f, "`{}` is there and is not a folder: choose another name", path.display())
            }
            Self::NoName { target } => {
                write!(f, "`{}` is not the name of a new folder", target.display())
            }
            Self::Busy { folder } => {
                write!(
                    f,
                    "another run is writing `{}` now: wait for it, or choose another folder",
                    folder.display()
                )
            }
            Self::NotFinite { file, what, value } => {
                write!(f, "{what} of `{file}` is {value}; only finite numbers are written")
            }
            Self::BadName { file } => {
                write!(f, "`{file}` is not a name for one new file within the result folder")
            }
            Self::Io { action, path, .. } => write!(f, "cannot {action} `{}`", path.display()),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// The number, if it may be written.
///
/// # Errors
///
/// [`StoreError::NotFinite`] for NaN and the infinities.
pub fn finite(value: f64, file: &str, what: impl FnOnce() -> String) -> Result<f64, StoreError> {
    Ok(crate::measures::files::finite(value, file, what)?)
}

impl From<NotFinite> for StoreError {
    fn from(error: NotFinite) -> Self {
        Self::NotFinite { file: error.file, what: error.what, value: error.value }
    }
}

/// A result folder that is being written.
#[derive(Debug)]
pub struct Store {
    target: PathBuf,
    partial: PathBuf,
    existing: Existing,
    lock: Option<Lock>,
    /// Folders above the target that were made for it, the topmost first.
    made: Vec<PathBuf>,
    hashes: BTreeMap<String, String>,
    faults: Faults,
}

/// Makes the n-th operation on the disk fail, for tests.
#[derive(Debug, Clone, Copy, Default)]
struct Faults {
    done: u64,
    fail_at: Option<u64>,
}

impl Faults {
    fn step(&mut self, action: &'static str, path: &Path) -> Result<(), StoreError> {
        self.done += 1;
        if self.fail_at == Some(self.done) {
            return Err(failed(action, path)(io::Error::other("injected fault")));
        }
        Ok(())
    }
}

impl Store {
    /// Begins a result folder, to appear at `target`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Occupied`], [`StoreError::Foreign`] or [`StoreError::Busy`] if the place is taken;
    /// [`StoreError::Io`] if it can't be written.
    pub fn begin(target: &Path, existing: Existing) -> Result<Self, StoreError> {
        let (parent, name) = place(target)?;
        let made = missing(&parent);
        let begun = Self::begin_in(&parent, &name, existing, made.clone());
        if begun.is_err() {
            remove_empty(&made);
        }
        begun
    }

    fn begin_in(
        parent: &Path,
        name: &str,
        existing: Existing,
        made: Vec<PathBuf>,
    ) -> Result<Self, StoreError> {
        fs::create_dir_all(parent).map_err(failed("create", parent))?;
        let target = parent.join(name);
        // If what follows fails, dropping the lock removes it.
        let lock = Lock::take(&parent.join(format!(".{name}.fanpin-lock")), &target)?;
        let partial = parent.join(format!("{name}.partial"));
        let aside = aside(&partial);
        if is_result(&aside) && !target.exists() {
            // A run was killed between its last two renames.
            fs::rename(&aside, &target).map_err(failed("move back", &aside))?;
        }
        refuse_occupied(&target, existing)?;
        for left in [&aside, &partial] {
            if !left.join(MARK).exists() {
                refuse_occupied(left, Existing::Replace)?;
            }
            remove_if_there(left)?;
        }
        fs::create_dir(&partial).map_err(failed("create", &partial))?;
        let mark = partial.join(MARK);
        File::create(&mark).map_err(failed("create", &mark))?;
        let (hashes, faults) = (BTreeMap::new(), Faults::default());
        Ok(Self { target, partial, existing, lock: Some(lock), made, hashes, faults })
    }

    /// Makes the n-th operation on the disk from now on fail: the tests show that no fault leaves half a result.
    pub fn fail_at(&mut self, operation: u64) {
        self.faults = Faults { done: 0, fail_at: Some(operation) };
    }

    /// Where the result will be.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// SHA-256 in hexadecimal of each file written so far, by name.
    #[must_use]
    pub const fn hashes(&self) -> &BTreeMap<String, String> {
        &self.hashes
    }

    /// Writes a file whole.
    ///
    /// # Errors
    ///
    /// [`StoreError::BadName`], [`StoreError::Io`].
    pub fn write(&mut self, name: &str, content: &[u8]) -> Result<(), StoreError> {
        let mut file = self.create(name)?;
        self.faults.step("write", &file.path)?;
        file.write_all(content).map_err(failed("write", &file.path))?;
        self.keep(file)
    }

    /// Begins a file that is written piece by piece; hand it to [`Store::keep`] when it is complete.
    ///
    /// # Errors
    ///
    /// [`StoreError::BadName`], [`StoreError::Io`].
    pub fn create(&mut self, name: &str) -> Result<NewFile, StoreError> {
        let plain = name
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != ".." && !part.contains('\\'));
        if !plain || self.hashes.contains_key(name) {
            return Err(StoreError::BadName { file: name.to_owned() });
        }
        let path = self.partial.join(name);
        if let Some(folder) = path.parent() {
            self.faults.step("create", folder)?;
            fs::create_dir_all(folder).map_err(failed("create", folder))?;
        }
        let mut temporary = path.clone().into_os_string();
        temporary.push(".tmp");
        let temporary = PathBuf::from(temporary);
        self.faults.step("create", &temporary)?;
        let file = File::create(&temporary).map_err(failed("create", &temporary))?;
        Ok(NewFile {
            name: name.to_owned(),
            path,
            temporary,
            file: BufWriter::new(file),
            hash: Sha256::new(),
        })
    }

    /// Takes a file that is complete into the result: flushed, synced, renamed, its hash noted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`].
    pub fn keep(&mut self, new: NewFile) -> Result<(), StoreError> {
        let NewFile { name, path, temporary, file, hash } = new;
        self.faults.step("flush", &temporary)?;
        let file = file.into_inner().map_err(|e| failed("flush", &temporary)(e.into_error()))?;
        self.faults.step("sync", &temporary)?;
        file.sync_all().map_err(failed("sync", &temporary))?;
        drop(file);
        self.faults.step("rename", &temporary)?;
        fs::rename(&temporary, &path).map_err(failed("rename", &temporary))?;
        self.hashes.insert(name, hex(hash));
        Ok(())
    }

    /// Writes the manifest and moves the folder into place.
    ///
    /// `describe` gets the hashes of all files but [`TIMING`] and returns the text of the manifest.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`]; then nothing new is in place, and what was there before still is.
    pub fn finish(
        mut self,
        describe: impl FnOnce(&BTreeMap<String, String>) -> String,
    ) -> Result<PathBuf, StoreError> {
        let mut hashes = self.hashes.clone();
        hashes.remove(TIMING);
        self.write(MANIFEST, describe(&hashes).as_bytes())?;
        // From here on the manifest says whose the folder is.
        let mark = self.partial.join(MARK);
        self.faults.step("remove", &mark)?;
        fs::remove_file(&mark).map_err(failed("remove", &mark))?;
        self.faults.step("sync", &self.partial)?;
        sync_folders(&self.partial)?;
        self.move_into_place()?;
        self.lock = None;
        Ok(self.target.clone())
    }

    fn move_into_place(&mut self) -> Result<(), StoreError> {
        // What has come since the beginning is not overwritten either.
        refuse_occupied(&self.target, self.existing)?;
        let aside = aside(&self.partial);
        let replaces = self.target.exists();
        if replaces {
            self.faults.step("move", &self.target)?;
            fs::rename(&self.target, &aside).map_err(failed("move", &self.target))?;
        }
        let moved = self
            .faults
            .step("move", &self.partial)
            .and_then(|()| fs::rename(&self.partial, &self.target).map_err(failed("move", &self.partial)));
        if moved.is_err() && replaces {
            fs::rename(&aside, &self.target).map_err(failed("move back", &aside))?;
        }
        moved?;
        // The result stands; what follows only tidies, so its failure is no failure of the run.
        if let Some(parent) = self.target.parent() {
            let _ = sync_folder(parent);
        }
        let _ = fs::remove_dir_all(&aside);
        Ok(())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Some(lock) = self.lock.take() {
            // Nobody is left to tell if this fails; the next run removes it.
            let _ = fs::remove_dir_all(&self.partial);
            drop(lock);
            remove_empty(&self.made);
        }
    }
}

/// A file of a result that is being written; unless it is kept it goes with the partial folder.
#[derive(Debug)]
pub struct NewFile {
    name: String,
    path: PathBuf,
    temporary: PathBuf,
    file: BufWriter<File>,
    hash: Sha256,
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A lock file beside the target. The lock is the system's, so it ends with the process that holds it, however that ends.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    fn take(path: &Path, target: &Path) -> Result<Self, StoreError> {
        loop {
            let file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(path)
                .map_err(failed("lock", path))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::Busy { folder: target.to_owned() });
                }
                Err(TryLockError::Error(source)) => return Err(failed("lock", path)(source)),
            }
            if file.metadata().is_ok_and(|metadata| metadata.len() > 0) {
                // Ours are empty. It stays, since this file never becomes the lock that is dropped.
                return Err(StoreError::NotAFolder { path: path.to_owned() });
            }
            // The holder before us may have removed the file between our opening and our locking it.
            if is_still_at(&file, path) {
                return Ok(Self { path: path.to_owned(), file });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is held, so nobody can hold what is removed.
        let _ = fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}

#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(there)) => held.dev() == there.dev() && held.ino() == there.ino(),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_still_at(_: &File, path: &Path) -> bool {
    path.exists()
}

/// The files of a manifest, as far as this module must know them.
#[derive(Deserialize)]
struct FileList {
    program: String,
    files: BTreeMap<String, String>,
    /// How much a run simulated; other commands have no such thing.
    counts: Option<serde::de::IgnoredAny>,
    /// The command that wrote them, of other commands than a run.
    command: Option<String>,
}

fn refuse_occupied(target: &Path, existing: Existing) -> Result<(), StoreError> {
    let folder = || target.to_owned();
    let is_folder = match fs::symlink_metadata(target) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(failed("read", target)(e)),
        Ok(metadata) => metadata.is_dir(),
    };
    if !is_folder {
        return Err(StoreError::NotAFolder { path: target.to_owned() });
    }
    let there = files_of(target)?;
    let Some(first) = there.first() else { return Ok(()) };
    let Some(list) = list_of(target) else {
        return Err(StoreError::Foreign { folder: folder(), file: first.clone() });
    };
    if existing == Existing::Refuse {
        return Err(StoreError::Occupied { folder: folder() });
    }
    if let Existing::ReplaceOf(wanted) = existing {
        if list.counts.is_some() {
            return Err(StoreError::OfARun { folder: folder() });
        }
        if list.command.as_deref() != Some(wanted) {
            return Err(StoreError::OfAnother { folder: folder(), command: list.command, wanted });
        }
    }
    let written = |name: &String| list.files.contains_key(name) || name == MANIFEST || name == TIMING;
    match there.into_iter().find(|name| !written(name)) {
        Some(file) => Err(StoreError::Foreign { folder: folder(), file }),
        None => Ok(()),
    }
}

/// The file list of a folder that a run of this program finished.
fn list_of(folder: &Path) -> Option<FileList> {
    let text = fs::read(folder.join(MANIFEST)).ok()?;
    let list: FileList = serde_json::from_slice(&text).ok()?;
    (list.program == env!("CARGO_PKG_NAME")).then_some(list)
}

fn is_result(folder: &Path) -> bool {
    list_of(folder).is_some()
}

/// The folders of a path that are not there, the topmost first.
fn missing(folder: &Path) -> Vec<PathBuf> {
    let mut missing: Vec<PathBuf> =
        folder.ancestors().take_while(|above| !above.exists()).map(Path::to_owned).collect();
    missing.reverse();
    missing
}

/// Removes folders that were made for nothing, the lowest first; one that holds anything stays.
fn remove_empty(folders: &[PathBuf]) {
    for folder in folders.iter().rev() {
        let _ = fs::remove_dir(folder);
    }
}

/// Names of all files below a folder, sorted, with `/` between their parts; an empty folder below counts for nothing.
///
/// # Errors
///
/// [`StoreError::Io`].
pub fn files_of(folder: &Path) -> Result<Vec<String>, StoreError> {
    let mut names = Vec::new();
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((at, prefix)) = open.pop() {
        for entry in fs::read_dir(&at).map_err(failed("read", &at))? {
            let entry = entry.map_err(failed("read", &at))?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type().map_err(failed("read", &at))?.is_dir() {
                open.push((entry.path(), format!("{name}/")));
            } else {
                names.push(name);
            }
        }
    }
    names.sort();
    Ok(names)
}

/// Parent and name of a target; `results/` and `.` have them too.
fn place(target: &Path) -> Result<(PathBuf, String), StoreError> {
    let absolute = std::path::absolute(target).map_err(failed("find", target))?;
    match (absolute.parent(), absolute.file_name().and_then(|name| name.to_str())) {
        (Some(parent), Some(name)) => Ok((parent.to_owned(), name.to_owned())),
        _ => Err(StoreError::NoName { target: target.to_owned() }),
    }
}

/// Where the old result waits while the new one moves in.
fn aside(partial: &Path) -> PathBuf {
    partial.with_extension("replaced")
}

fn remove_if_there(folder: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(folder) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed("remove", folder)(e)),
        _ => Ok(()),
    }
}

fn sync_folders(folder: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder).map_err(failed("read", folder))? {
        let path = entry.map_err(failed("read", folder))?.path();
        if path.is_dir() {
            sync_folders(&path)?;
        }
    }
    sync_folder(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(failed("sync", folder))
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> Result<(), StoreError> {
    Ok(())
}

/// SHA-256 of some bytes in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(Sha256::new_with_prefix(bytes))
}

fn hex(hash: Sha256) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let nibbles = |byte: u8| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    hash.finalize().iter().flat_map(|byte| nibbles(*byte)).collect()
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { action, path, source }
}

/// Pretty JSON with a newline at the end. Numbers must have passed [`finite`]: JSON has no NaN, it would become `null`.
///
/// # Panics
///
/// If the value has a map whose keys are not texts, which no type of this crate has.
#[must_use]
pub fn json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("plain structs of texts and numbers serialise") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(files: &BTreeMap<String, String>) -> String {
        json(&serde_json::json!({ "program": "fanpin", "files": files }))
    }

    fn write_all(store: &mut Store) -> Result<(), StoreError> {
        store.write("a.csv", b"1\n")?;
        store.write("charts/b.svg", b"<svg/>")?;
        store.write(TIMING, b"{}")
    }

    fn run(target: &Path, existing: Existing, fail_at: Option<u64>) -> Result<PathBuf, StoreError> {
        let mut store = Store::begin(target, existing)?;
        if let Some(operation) = fail_at {
            store.fail_at(operation);
        }
        write_all(&mut store)?;
        store.finish(manifest)
    }

    #[test]
    fn a_finished_folder_is_whole_and_alone() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("run");
        run(&target, Existing::Refuse, None).unwrap();
        assert_eq!(files_of(&target).unwrap(), ["a.csv", "charts/b.svg", "manifest.json", "timing.json"]);
        assert_eq!(files_of(parent.path()).unwrap().len(), 4, "nothing beside it");
        let list: FileList = serde_json::from_slice(&fs::read(target.join(MANIFEST)).unwrap()).unwrap();
        assert_eq!(list.files["a.csv"], sha256(b"1\n"));
        assert!(!list.files.contains_key(TIMING));
    }

    #[test]
    fn no_fault_leaves_half_a_result() {
        let mut operation = 1;
        loop {
            let parent = tempfile::tempdir().unwrap();
            let target = parent.path().join("run");
            match run(&target, Existing::Refuse, Some(operation)) {
                Ok(_) => break,
                Err(StoreError::Io { source, .. }) => assert_eq!(source.to_string(), "injected fault"),
                Err(other) => panic!("operation {operation}: {other}"),
            }
            assert_eq!(files_of(parent.path()).unwrap(), [""; 0], "operation {operation}");
            assert!(!parent.path().join("run.partial").exists(), "operation {operation}");
            operation += 1;
        }
        assert!(operation > 15, "every operation of three files was failed, not {operation}");
    }

    #[test]
    fn no_fault_harms_what_is_replaced() {
        let mut operation = 1;
        loop {
            let parent = tempfile::tempdir().unwrap();
            let target = parent.path().join("run");
            let mut old = Store::begin(&target, Existing::Refuse).unwrap();
            old.write("old.csv", b"old").unwrap();
            old.finish(manifest).unwrap();
            if run(&target, Existing::Replace, Some(operation)).is_ok() {
                assert!(!target.join("old.csv").exists(), "a replaced folder never mixes");
                break;
            }
            assert_eq!(
                files_of(parent.path()).unwrap(),
                ["run/manifest.json", "run/old.csv"],
                "operation {operation}"
            );
            operation += 1;
        }
        assert!(operation > 15);
    }

    #[test]
    fn a_folder_with_results_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("run");
        run(&target, Existing::Refuse, None).unwrap();
        assert!(matches!(run(&target, Existing::Refuse, None), Err(StoreError::Occupied { .. })));
        run(&target, Existing::Replace, None).unwrap();
    }

    #[test]
    fn a_file_of_somebody_else_is_never_replaced() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("run");
        fs::create_dir(&target).unwrap();
        run(&target, Existing::Refuse, None).expect("an empty folder is nobody's");
        fs::write(target.join("charts/notes.txt"), "mine").unwrap();
        match run(&target, Existing::Replace, None) {
            Err(StoreError::Foreign { file, .. }) => assert_eq!(file, "charts/notes.txt"),
            other => panic!("{other:?}"),
        }
        let plain = parent.path().join("plain");
        fs::create_dir(&plain).unwrap();
        fs::write(plain.join("thesis.tex"), "mine").unwrap();
        assert!(matches!(run(&plain, Existing::Replace, None), Err(StoreError::Foreign { .. })));
        assert_eq!(fs::read(plain.join("thesis.tex")).unwrap(), b"mine");
    }

    #[test]
    fn a_chart_does_not_take_the_place_of_a_run() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("run");
        run(&target, Existing::Refuse, None).unwrap();
        say_of(&target, "\"counts\": {\"households\": 1}, \"command\": \"gap\"");
        let before = files_of(&target).unwrap();
        assert!(matches!(run(&target, Existing::ReplaceOf("gap"), None), Err(StoreError::OfARun { .. })));
        assert_eq!(files_of(&target).unwrap(), before);
        run(&target, Existing::Replace, None).unwrap();
    }

    #[test]
    fn a_command_replaces_what_it_wrote_and_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("drawn");
        run(&target, Existing::Refuse, None).unwrap();
        let refused = || run(&target, Existing::ReplaceOf("gap"), None).unwrap_err().to_string();
        assert!(refused().contains("don't say which command wrote them"), "{}", refused());
        say_of(&target, "\"command\": \"trace\"");
        let before = fs::read(target.join(MANIFEST)).unwrap();
        assert!(refused().contains("what `fanpin trace` wrote"), "{}", refused());
        assert_eq!(fs::read(target.join(MANIFEST)).unwrap(), before);
        run(&target, Existing::ReplaceOf("trace"), None).unwrap();
        assert_ne!(fs::read(target.join(MANIFEST)).unwrap(), before);
    }

    /// Adds entries to a manifest.
    fn say_of(target: &Path, entries: &str) {
        let manifest = fs::read_to_string(target.join(MANIFEST)).unwrap();
        fs::write(target.join(MANIFEST), manifest.replacen('{', &format!("{{{entries},"), 1)).unwrap();
    }

    #[test]
    fn two_writers_of_one_folder_do_not_meet() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("run");
        let first = Store::begin(&target, Existing::Refuse).unwrap();
        assert!(matches!(Store::begin(&target, Existing::Refuse), Err(StoreError::Busy { .. })));
        drop(first);
        assert_eq!(files_of(parent.path()).unwrap(), [""; 0], "a dropped store leaves nothing");
        run(&target, Existing::Refuse, None).unwrap();
    }

    #[test]
    fn what_a_killed_run_left_is_cleared() {
        let parent = tempfile::tempdir().unwrap();
        fs::create_dir(parent.path().join("run.partial")).unwrap();
        fs::write(parent.path().join("run.partial").join(MARK), "").unwrap();
        fs::write(parent.path().join("run.partial/half.csv"), "1,").unwrap();
        fs::write(parent.path().join(".run.fanpin-lock"), "").unwrap();
        let target = parent.path().join("run");
        run(&target, Existing::Refuse, None).unwrap();
        assert!(!target.join("half.csv").exists());
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1, "nothing beside it");
    }

    #[test]
    fn neighbours_with_names_like_ours_are_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("Cargo");
        let theirs = ["Cargo.lock", "Cargo.toml", "Cargo.old/a.txt"];
        fs::create_dir(parent.path().join("Cargo.old")).unwrap();
        for file in theirs {
            fs::write(parent.path().join(file), "mine").unwrap();
        }
        run(&target, Existing::Refuse, None).unwrap();
        for file in theirs {
            assert_eq!(fs::read(parent.path().join(file)).unwrap(), b"mine", "{file}");
        }
        for folder in ["Cargo.partial", "Cargo.replaced"] {
            let folder = parent.path().join(folder);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("thesis.tex"), "mine").unwrap();
            match run(&target, Existing::Replace, None) {
                Err(StoreError::Foreign { file, .. }) => assert_eq!(file, "thesis.tex"),
                other => panic!("{other:?}"),
            }
            assert_eq!(fs::read(folder.join("thesis.tex")).unwrap(), b"mine");
            fs::remove_dir_all(&folder).unwrap();
        }
        let lock = parent.path().join(".Cargo.fanpin-lock");
        fs::write(&lock, "mine").unwrap();
        assert!(run(&target, Existing::Replace, None).is_err());
        assert_eq!(fs::read(&lock).unwrap(), b"mine");
    }

    #[test]
    fn a_refused_or_dropped_run_leaves_nothing_beside() {
        let parent = tempfile::tempdir().unwrap();
        let names = |folder: &Path| {
            let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name()).collect();
            names.sort();
            names
        };
        fs::write(parent.path().join("file"), "mine").unwrap();
        let taken = parent.path().join("file");
        assert!(matches!(run(&taken, Existing::Replace, None), Err(StoreError::NotAFolder { .. })));
        assert!(run(&taken.join("below"), Existing::Refuse, None).is_err());
        drop(Store::begin(&parent.path().join("new/deep/run"), Existing::Refuse).unwrap());
        assert_eq!(names(parent.path()), ["file"]);
        assert!(matches!(run(Path::new("/"), Existing::Replace, None), Err(StoreError::NoName { .. })));
    }

    #[test]
    fn a_kill_between_the_last_renames_loses_nothing() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("run");
        run(&target, Existing::Refuse, None).unwrap();
        fs::rename(&target, parent.path().join("run.replaced")).unwrap();
        assert!(matches!(Store::begin(&target, Existing::Refuse), Err(StoreError::Occupied { .. })));
        assert!(target.join("a.csv").exists());
    }

    #[test]
    fn names_stay_within_the_folder() {
        let parent = tempfile::tempdir().unwrap();
        let mut store = Store::begin(&parent.path().join("run"), Existing::Refuse).unwrap();
        for name in ["../out.csv", "/etc/x", "a//b", "", "./a", "a/../../b"] {
            assert!(matches!(store.write(name, b""), Err(StoreError::BadName { .. })), "{name}");
        }
        store.write("a.csv", b"").unwrap();
        assert!(matches!(store.write("a.csv", b""), Err(StoreError::BadName { .. })), "written twice");
    }

    #[test]
    fn only_finite_numbers_pass() {
        let what = || "mean".to_owned();
        assert_eq!(finite(1.5, "f", what).unwrap().to_bits(), 1.5_f64.to_bits());
        assert!(finite(-0.0, "f", what).unwrap().is_sign_positive());
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(matches!(finite(value, "f", what), Err(StoreError::NotFinite { .. })));
        }
    }
}
