#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: heylint_fuzz::init(), |text: &str| heylint_fuzz::base64(text));
