//! The library in a browser: scenario text and settings in, `measures.csv` out, on one thread and
//! without files. Built for `wasm32-unknown-unknown` without default features.
//!
//! The page writes UTF-8 text into memory that it asks for with `allocate`, calls `run`, and reads
//! `output_length` bytes from where it points. A scenario that does not hold gives the error text.

use std::sync::Mutex;

use fanpin::experiment::{self, Unwatched};
use fanpin::measures::files;
use fanpin::scenario::{Options, Override, load_text};

static OUTPUT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Memory for text from outside; it is never given back.
#[unsafe(no_mangle)]
pub extern "C" fn allocate(length: usize) -> *mut u8 {
    vec![0; length].leak().as_mut_ptr()
}

/// Length of the last output.
#[unsafe(no_mangle)]
pub extern "C" fn output_length() -> usize {
    OUTPUT.lock().map_or(0, |output| output.len())
}

/// Runs a scenario with settings (`key=value`, one a line) and returns where the output stands.
///
/// # Safety
/// Both pointers must come from [`allocate`] with at least these lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn run(text: *const u8, length: usize, set: *const u8, set_length: usize) -> *const u8 {
    // SAFETY: the caller promises memory of these lengths, which `allocate` leaked.
    let (text, settings) =
        unsafe { (std::slice::from_raw_parts(text, length), std::slice::from_raw_parts(set, set_length)) };
    let result = simulate(&String::from_utf8_lossy(text), &String::from_utf8_lossy(settings));
    let mut output = OUTPUT.lock().expect("one thread");
    *output = result.unwrap_or_else(|error| error.into_bytes());
    output.as_ptr()
}

fn simulate(text: &str, settings: &str) -> Result<Vec<u8>, String> {
    let overrides = settings
        .lines()
        .map(|line| Override { origin: "setting".to_owned(), text: line.to_owned() })
        .collect();
    let options = Options { overrides, ..Options::default() };
    let scenario = load_text("scenario.toml", text, &options).map_err(|error| error.to_string())?;
    let finished = experiment::run(&scenario, &Unwatched).map_err(|error| error.to_string())?;
    files::measures(&finished.results).map_err(|error| error.to_string())
}
