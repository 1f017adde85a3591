#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(init: heylint_fuzz::init(), |data: &[u8]| -> Corpus { heylint_fuzz::work(data) });
