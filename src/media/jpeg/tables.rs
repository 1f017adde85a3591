//! The tables of DQT and DHT segments (ITU-T T.81, B.2.4), and whether a scan finds those that it needs.

use super::MarkerWalk;
use super::frame::{Coding, ScanComponent, ScanHeader};
use super::huffman::{self, Definition, HuffmanTable};
use crate::media::Fault;

/// Pixels of a picture from which on it is worth while to join the steps of a table.
const LARGE: u64 = 1 << 17;

impl MarkerWalk<'_> {
    /// Takes the quantisation tables of a DQT segment; says what is wrong otherwise.
    pub(super) fn quantisation(&mut self, mut data: &[u8]) -> Option<String> {
        while let Some((&first, rest)) = data.split_first() {
            let (wide, number) = (first >> 4, usize::from(first & 15));
            let length = if wide == 0 { 64 } else { 128 };
            if number > 3 {
                return Some(format!("defines the quantisation table {number}, where there are only 0 to 3"));
            }
            if rest.len() < length {
                return Some(format!("is too short for the quantisation table {number}"));
            }
            self.quantisation[number] = true;
            data = rest.get(length..).unwrap_or(&[]);
        }
        None
    }

    /// Takes the Huffman tables of a DHT segment; says what is wrong otherwise.
    pub(super) fn huffman(&mut self, mut data: &[u8]) -> Option<String> {
        while data.len() > 16 {
            let (class, number) = (usize::from(data[0] >> 4), usize::from(data[0] & 15));
            let mut counts = [0; 16];
            counts.copy_from_slice(&data[1..17]);
            let count: usize = counts.iter().map(|&count| usize::from(count)).sum();
            let Some(symbols) = data.get(17..17 + count).filter(|_| count <= 256) else {
                return Some(format!("announces {count} Huffman codes and does not hold them"));
            };
            if class > 1 || number > 3 {
                return Some(format!("defines the Huffman table {number} of class {class}, which there cannot be"));
            }
            let definition = Definition { counts, symbols: symbols.to_vec() };
            if self.definitions[class][number].as_ref() != Some(&definition) {
                self.definitions[class][number] = Some(definition);
                self.tables[class][number] = None;
            }
            data = &data[17 + count..];
        }
        (!data.is_empty()).then(|| "is too short for its last Huffman table".to_owned())
    }

    /// Makes a table ready; says what is wrong otherwise.
    fn prepare(&mut self, class: usize, number: u8, at: u64) -> Result<(), String> {
        let kind = if class == 0 { "DC" } else { "AC" };
        let Some(place) = self.tables[class].get_mut(usize::from(number)) else {
            return Err(format!("wants the {kind} table {number}, which there cannot be"));
        };
        if place.is_some() {
            return Ok(());
        }
        let defined = self.definitions[class].get(usize::from(number)).and_then(Option::as_ref);
        let sequential = self.frame.as_ref().filter(|frame| frame.coding == Coding::Sequential);
        let joined = class == 1
            && sequential.is_some_and(|frame| u64::from(frame.size.width) * u64::from(frame.size.height) >= LARGE);
        let make = |definition: &Definition| {
            let mut table = Box::new(HuffmanTable::new(definition));
            if joined {
                table.join_steps();
            }
            table
        };
        if let Some(definition) = defined {
            if definition.overflows() {
                return Err(format!("wants the {kind} table {number}, whose codes overflow"));
            }
            if class == 0 && definition.symbols.iter().any(|&symbol| symbol > 15) {
                return Err(format!("wants the {kind} table {number}, which has sizes above 15"));
            }
            *place = Some(make(definition));
            return Ok(());
        }
        let Some(definition) = huffman::default(class, usize::from(number)).filter(|_| sequential.is_some()) else {
            return Err(format!("wants the {kind} table {number}, which no DHT segment defines"));
        };
        *place = Some(make(&definition));
        let text = "no DHT segment defines the Huffman tables, as in a frame of Motion JPEG";
        self.fault(
            Fault::malformed("dht-missing", text)
                .at(at)
                .effect("newer decoders assume the tables of the standard, others refuse"),
        );
        Ok(())
    }

    /// Tables and quantisation that a scan needs are there.
    pub(super) fn ready(&mut self, header: &ScanHeader, at: u64) -> Result<(), String> {
        let Some(frame) = &self.frame else { return Ok(()) };
        let coding = frame.coding;
        if coding == Coding::Other {
            return Ok(());
        }
        for part in &header.parts {
            let table = frame.components.get(part.component).map_or(0, |one| one.table);
            if self.quantisation.get(usize::from(table)) != Some(&true) {
                return Err(format!("wants the quantisation table {table}, which no DQT segment defines"));
            }
        }
        let progressive = coding == Coding::Progressive;
        for &ScanComponent { dc, ac, .. } in &header.parts {
            if header.start == 0 && header.high == 0 || !progressive {
                self.prepare(0, dc, at)?;
            }
            if header.start > 0 || !progressive {
                self.prepare(1, ac, at)?;
            }
        }
        Ok(())
    }
}
