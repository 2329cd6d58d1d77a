//! Small runs of a scenario with a few keys set.

use fanpin::experiment::{self, Finished, Unwatched};
use fanpin::scenario::{Options, Override, Scenario, load_text};

/// The scenario of a text, with settings.
pub fn scenario(text: &str, settings: &[impl AsRef<str>]) -> Scenario {
    let set = |text: &str| Override { origin: "setting".to_owned(), text: text.to_owned() };
    let overrides: Vec<Override> = settings.iter().map(|text| set(text.as_ref())).collect();
    let named = || overrides.iter().map(|set| set.text.as_str()).collect::<Vec<_>>();
    let options = Options { overrides: overrides.clone(), ..Options::default() };
    load_text("small.toml", text, &options).unwrap_or_else(|e| panic!("{:?}: {e:?}", named()))
}

/// Its run.
pub fn run(text: &str, settings: &[impl AsRef<str>]) -> Finished {
    experiment::run(&scenario(text, settings), &Unwatched).expect("nobody stops it")
}
