#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: heylint_fuzz::init(), |data: &[u8]| -> libfuzzer_sys::Corpus { heylint_fuzz::table(data) });
