//! The tables of DQT and DHT segments (ITU-T T.81, B.2.4), and whether a scan finds the ones that it needs.

use super::MarkerWalk;
use super::frame::{Coding, ScanComponent, ScanHeader};
use super::huffman::{self, Definition, HuffmanTable};
use crate::media::Fault;

/// The size of a picture in pixels from which joining the steps of a table pays off.
const LARGE: u64 = 1 << 17;

impl MarkerWalk<'_> {
    /// Reads the quantisation tables of a DQT segment, or describes its fault.
    pub(super) fn quantisation(&mut self, mut data: &[u8]) -> Option<String> {
        while let Some((&first, rest)) = data.split_first() {
            let (wide, number) = (first >> 4, usize::from(first & 15));
            let length = if wide == 0 { 64 } else { 128 };
            if number > 3 {
                return Some(format!("defines the quantisation table {number}, but there are only 0 to 3"));
            }
            if rest.len() < length {
                return Some(format!("is too short for the quantisation table {number}"));
            }
            self.quantisation[number] = true;
            data = rest.get(length..).unwrap_or(&[]);
        }
        None
    }

    /// Reads the Huffman tables of a DHT segment, or describes its fault.
    pub(super) fn huffman(&mut self, mut data: &[u8]) -> Option<String> {
        while data.len() > 16 {
            let (class, number) = (usize::from(data[0] >> 4), usize::from(data[0] & 15));
            let mut counts = [0; 16];
            counts.copy_from_slice(&data[1..17]);
            let count: usize = counts.iter().map(|&count| usize::from(count)).sum();
            let Some(symbols) = data.get(17..17 + count).filter(|_| count <= 256) else {
                return Some(format!("announces {count} Huffman codes but does not contain them"));
            };
            if class > 1 || number > 3 {
                return Some(format!("defines the Huffman table {number} of class {class}, which cannot exist"));
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

    /// Prepares a table, or describes its fault.
    fn prepare(&mut self, class: usize, number: u8, at: u64) -> Result<(), String> {
        let kind = if class == 0 { "DC" } else { "AC" };
        let Some(place) = self.tables[class].get_mut(usize::from(number)) else {
            return Err(format!("wants the {kind} table {number}, which cannot exist"));
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
                .effect("newer decoders assume the tables of the standard, others refuse the file"),
        );
        Ok(())
    }

    /// Prepares the tables that a scan needs, or describes the missing one.
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
