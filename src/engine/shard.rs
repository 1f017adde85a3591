//! Splits the files of a run over several machines.
//!
//! Requests and media files are numbered in path order, and every N-th belongs to a shard: the same files give the same
//! shards everywhere, on any number of threads. Each shard reads all requests, which is quick, and reports its own; one
//! shard checks each media file, for the uses of all requests. Together the reports of all shards equal the report of
//! the whole.

use std::str::FromStr;

/// One of several parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// 0-based.
    index: usize,
    of: usize,
}

impl Default for Shard {
    /// The only shard.
    fn default() -> Self {
        Self { index: 0, of: 1 }
    }
}

impl Shard {
    /// Whether the file with this number belongs to the shard.
    #[must_use]
    pub fn takes(self, at: usize) -> bool {
        at % self.of.max(1) == self.index
    }

    /// It reports findings that belong to no file.
    #[must_use]
    pub fn is_first(self) -> bool {
        self.index == 0
    }

    /// There are other shards.
    #[must_use]
    pub fn is_part(self) -> bool {
        self.of > 1
    }
}

impl FromStr for Shard {
    type Err = String;

    /// Parses `2/5`: the second of five.
    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || "expected a part and the number of parts, such as 2/5".to_owned();
        let (index, of) = text.split_once('/').ok_or_else(wanted)?;
        let number = |digits: &str| digits.parse::<usize>().map_err(|_| wanted());
        let (index, of) = (number(index)?, number(of)?);
        if index == 0 || index > of {
            return Err(format!("the parts go from 1/{of} to {of}/{of}"));
        }
        Ok(Self { index: index - 1, of })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_exactly_one_shard() {
        let shards: Vec<Shard> = ["1/3", "2/3", "3/3"].iter().map(|text| text.parse().unwrap()).collect();
        for at in 0..10 {
            assert_eq!(shards.iter().filter(|shard| shard.takes(at)).count(), 1, "{at}");
        }
        for wrong in ["0/3", "4/3", "1", "a/b", "1/0", "-1/2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
