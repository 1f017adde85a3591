//! Hostile documents that try to make the walker panic, hang or use too much memory.

use heylint::media::Damage;

use super::{facts, first_code, variants};
use crate::common::busy::BusyClock;
use crate::common::make::pdf::deflate;

/// Fixed-seed xorshift.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }
}

#[test]
fn mutated_documents_end_in_bounded_time() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let numbers = ["0", "-1", "1", "65535", "4294967295", "2147483648", "18446744073709551615", "99999999999999999999"];
    let started = BusyClock::start();
    for pdf in variants() {
        let bytes = pdf.bytes();
        for _ in 0..150 {
            let mut mutant = bytes.clone();
            match random.next(4) {
                0 => {
                    for _ in 0..=random.next(8) {
                        let at = random.next(mutant.len());
                        mutant[at] ^= 1 << random.next(8);
                    }
                }
                1 => {
                    let digits: Vec<usize> = (0..mutant.len()).filter(|&at| mutant[at].is_ascii_digit()).collect();
                    let at = digits[random.next(digits.len())];
                    let end = at + mutant[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                    mutant.splice(at..end, numbers[random.next(numbers.len())].bytes());
                }
                2 => {
                    let (from, to) = (random.next(mutant.len()), random.next(mutant.len()));
                    let piece = mutant[from.min(to)..from.max(to)].to_vec();
                    let at = random.next(mutant.len());
                    mutant.splice(at..at, piece);
                }
                _ => {
                    let at = random.next(mutant.len());
                    let end = (at + random.next(64)).min(mutant.len());
                    mutant.drain(at..end);
                }
            }
            facts(&mutant);
        }
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn hostile_documents_end_in_bounded_time() {
    let document = |body: &[u8], entries: &[usize]| {
        let mut bytes = b"%PDF-1.5\n".to_vec();
        let base = bytes.len();
        bytes.extend(body);
        let start = bytes.len();
        bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", entries.len() + 1).as_bytes());
        for offset in entries {
            bytes.extend(format!("{:010} 00000 n \n", base + offset).as_bytes());
        }
        bytes.extend(format!("trailer\n<< /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").as_bytes());
        bytes
    };
    let started = BusyClock::start();
    // Extremely deep nesting.
    let nested = document(&[b"1 0 obj\n".as_slice(), &b"[".repeat(4 << 20)].concat(), &[0]);
    assert_eq!(first_code(&nested), Some((Damage::Corrupt, "object-broken")));
    // Many objects that the catalog refers to, each with this text.
    let many = |numbers: std::ops::Range<usize>, named: usize, text: &[u8]| {
        let mut body = b"1 0 obj\n<< /Type /Catalog /Kids [".to_vec();
        (2..named).for_each(|number| body.extend(format!("{number} 0 R ").as_bytes()));
        body.extend(b"] >>\nendobj\n");
        let mut offsets = vec![0];
        for number in numbers {
            offsets.push(body.len());
            body.extend(format!("{number} 0 obj\n").as_bytes());
            body.extend(text);
        }
        document(&body, &offsets)
    };
    // Every object is the same unclosed string up to the end of the file.
    facts(&many(2..40_000, 40_000, b"("));
    // Streams without an end, each searched to the end of the file.
    facts(&many(2..40_000, 40_000, b"<< /Length 9 >>\nstream\n"));
    // A bomb: many references to one stream that inflates to a thousand times its size.
    let bomb = deflate(&vec![0; 32 << 20]);
    let head = format!("<< /Length {} /Filter /FlateDecode >>\nstream\n", bomb.len());
    facts(&many(2..100, 4_000, &[head.as_bytes(), &bomb, b"\nendstream\nendobj\n"].concat()));
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
