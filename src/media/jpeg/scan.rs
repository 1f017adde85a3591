//! Walks the entropy-coded data of one scan, code by code, without computing coefficients (ITU-T T.81, F.2.2 for
//! sequential and G.2 for progressive scans).

use super::bits::{Bits, Passed, Stop, Window};
use super::huffman::{BadCode, END_OF_BLOCK, HuffmanTable, STRIDE};

/// Why the walk of a scan ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScanFault {
    /// Bits that match no code of the table.
    Code,
    /// A run of zeros extends past the last coefficient of a block.
    Run,
    /// A marker or the end of the file came before the data were complete.
    Early(Stop),
    /// Unused data before a restart marker.
    Extra(u64),
    /// The restart markers are not in order.
    Restart { expected: u8, found: u8 },
}

impl From<BadCode> for ScanFault {
    fn from(_: BadCode) -> Self {
        Self::Code
    }
}

/// The non-zero coefficients of a component: one word per block, in block order.
pub(super) type NonZero = Vec<u64>;

/// The meaning of the bits of a scan.
pub(super) enum ScanKind<'t> {
    /// For each block of an MCU its DC and AC tables.
    Sequential(Vec<(&'t HuffmanTable, &'t HuffmanTable)>),
    DcFirst(Vec<&'t HuffmanTable>),
    /// The number of blocks in an MCU.
    DcRefine(u32),
    AcFirst {
        table: &'t HuffmanTable,
        start: u32,
        end: u32,
        non_zero: Option<&'t mut NonZero>,
    },
    AcRefine {
        table: &'t HuffmanTable,
        start: u32,
        end: u32,
        non_zero: &'t mut NonZero,
    },
}

/// The result of the walk of a scan.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScanEnd {
    /// The fault, its unit (MCU or block), and its approximate offset.
    pub(super) problem: Option<(ScanFault, u64, u64)>,
    /// Unused bytes at the end of a complete scan.
    pub(super) extra: Passed,
    /// The end of the scan.
    pub(super) stop: Stop,
}

/// Walks a scan of `units` MCUs or blocks with a restart marker after every `interval` of them (0 for none), then moves
/// to the marker that ends it.
pub(super) fn walk(bits: &mut Bits<'_, '_>, mut kind: ScanKind<'_>, units: u64, interval: u64) -> ScanEnd {
    let mut from = 0;
    let mut restart = 0xd0;
    let mut problem = None;
    let mut extra = Passed::NONE;
    let mut window = Window::default();
    while from < units {
        let to = if interval == 0 { units } else { units.min(from + interval) };
        window = Window::default();
        let mut unit = from;
        if let Err(found) = kind.segment(bits, &mut window, &mut unit, to) {
            let found = if bits.is_overrun(window) { None } else { Some(found) };
            let at = bits.offset(window);
            let (stop, _) = bits.seek_marker(window);
            problem = Some((found.unwrap_or(ScanFault::Early(stop)), unit, at));
            break;
        }
        if to == units {
            break;
        }
        let at = bits.offset(window);
        let (stop, passed) = bits.seek_marker(window);
        window = Window::default();
        let found = match stop {
            Stop::Marker(found @ 0xd0..=0xd7, _) if found == restart && passed.is_padding() => None,
            Stop::Marker(0xd0..=0xd7, _) if !passed.is_padding() => Some(ScanFault::Extra(passed.count)),
            Stop::Marker(found @ 0xd0..=0xd7, _) => Some(ScanFault::Restart { expected: restart, found }),
            other => Some(ScanFault::Early(other)),
        };
        if let Some(found) = found {
            problem = Some((found, to, at));
            break;
        }
        bits.pass_marker();
        restart = if restart == 0xd7 { 0xd0 } else { restart + 1 };
        from = to;
    }
    loop {
        let (stop, passed) = bits.seek_marker(window);
        window = Window::default();
        extra = extra.and(passed);
        if !matches!(stop, Stop::Marker(0xd0..=0xd7, _)) {
            return ScanEnd { problem, extra, stop };
        }
        bits.pass_marker();
    }
}

/// Moves to the marker that ends a scan without reading its codes.
pub(super) fn pass_over(bits: &mut Bits<'_, '_>) -> Stop {
    loop {
        let (stop, _) = bits.seek_marker(Window::default());
        if !matches!(stop, Stop::Marker(0xd0..=0xd7, _)) {
            return stop;
        }
        bits.pass_marker();
    }
}

/// The most bits in a code and its value: 16 and 15.
const CODE_AND_VALUE: u32 = 31;

#[inline(always)]
fn ensure(bits: &mut Bits<'_, '_>, window: Window) -> Window {
    if window.count < CODE_AND_VALUE { bits.refill(window) } else { window }
}

impl ScanKind<'_> {
    /// Walks the units up to `to`; at a fault, leaves window and unit there.
    fn segment(
        &mut self,
        bits: &mut Bits<'_, '_>,
        window: &mut Window,
        unit: &mut u64,
        to: u64,
    ) -> Result<(), ScanFault> {
        match self {
            Self::Sequential(blocks) => {
                while *unit < to {
                    for (dc, ac) in blocks.iter() {
                        sequential_block(bits, window, dc, ac)?;
                    }
                    end_unit(bits, *window, unit)?;
                }
            }
            Self::DcFirst(blocks) => {
                while *unit < to {
                    for table in blocks.iter() {
                        *window = ensure(bits, *window);
                        table.step(window)?;
                    }
                    end_unit(bits, *window, unit)?;
                }
            }
            Self::DcRefine(blocks) => {
                while *unit < to {
                    *window = ensure(bits, *window);
                    window.skip(*blocks);
                    end_unit(bits, *window, unit)?;
                }
            }
            Self::AcFirst { table, start, end, non_zero } => {
                let mut non_zero = non_zero.as_deref_mut();
                while *unit < to {
                    let (found, run) = ac_first_block(bits, window, table, *start, *end)?;
                    if let Some(block) = non_zero.as_mut().and_then(|all| all.get_mut(*unit as usize)) {
                        *block |= found;
                    }
                    end_unit(bits, *window, unit)?;
                    *unit = (*unit + run).min(to);
                }
            }
            Self::AcRefine { table, start, end, non_zero } => {
                let mut run = 0;
                while *unit < to {
                    let Some(block) = non_zero.get_mut(*unit as usize) else { return Ok(()) };
                    ac_refine_block(bits, window, table, *start, *end, block, &mut run)?;
                    end_unit(bits, *window, unit)?;
                }
            }
        }
        Ok(())
    }
}

#[inline(always)]
fn end_unit(bits: &Bits<'_, '_>, window: Window, unit: &mut u64) -> Result<(), ScanFault> {
    if bits.is_overrun(window) {
        // The caller asks what stopped the data.
        return Err(ScanFault::Code);
    }
    *unit += 1;
    Ok(())
}

#[inline(always)]
fn sequential_block(
    bits: &mut Bits<'_, '_>,
    window: &mut Window,
    dc: &HuffmanTable,
    ac: &HuffmanTable,
) -> Result<(), ScanFault> {
    let mut local = ensure(bits, *window);
    dc.step(&mut local)?;
    let mut next = 1;
    // With this many coefficients left, no stride can reach the next block.
    while next <= 64 - STRIDE {
        local = ensure(bits, local);
        match ac.stride(&mut local) {
            Ok(advance) => next += advance,
            Err(bad) => {
                *window = local;
                return Err(bad.into());
            }
        }
    }
    while next < 64 {
        local = ensure(bits, local);
        match ac.step(&mut local) {
            Ok(advance) => next += advance,
            Err(bad) => {
                *window = local;
                return Err(bad.into());
            }
        }
    }
    *window = local;
    if next > 64 && next < END_OF_BLOCK { Err(ScanFault::Run) } else { Ok(()) }
}

/// Returns the coefficients that became non-zero, and the number of following blocks without any.
#[inline(always)]
fn ac_first_block(
    bits: &mut Bits<'_, '_>,
    window: &mut Window,
    table: &HuffmanTable,
    start: u32,
    end: u32,
) -> Result<(u64, u64), ScanFault> {
    let mut local = *window;
    let mut found = 0;
    let mut next = start;
    while next <= end {
        local = ensure(bits, local);
        let symbol = match table.symbol(&mut local) {
            Ok(symbol) => symbol,
            Err(bad) => {
                *window = local;
                return Err(bad.into());
            }
        };
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        if size > 0 {
            next += run;
            found |= 1 << (next & 63);
            next += 1;
            local.skip(size);
        } else if run == 15 {
            next += 16;
        } else {
            let more = if run > 0 { local.take(run) } else { 0 };
            *window = local;
            return Ok((found, (1 << run) - 1 + u64::from(more)));
        }
    }
    *window = local;
    if next > end + 1 { Err(ScanFault::Run) } else { Ok((found, 0)) }
}

/// Refines one block: every non-zero coefficient has one correction bit; between these are the codes of coefficients
/// that become non-zero now.
#[inline(always)]
fn ac_refine_block(
    bits: &mut Bits<'_, '_>,
    window: &mut Window,
    table: &HuffmanTable,
    start: u32,
    end: u32,
    block: &mut u64,
    run: &mut u64,
) -> Result<(), ScanFault> {
    let before = *block;
    let mut next = start;
    if *run == 0 {
        while next <= end {
            *window = ensure(bits, *window);
            let symbol = table.symbol(window)?;
            let (zeros, size) = (u32::from(symbol >> 4), symbol & 15);
            if size > 0 {
                // Its sign. Sizes other than 1 are invalid and treated as 1.
                window.skip(1);
            } else if zeros < 15 {
                *run = 1 << zeros;
                if zeros > 0 {
                    *run += u64::from(window.take(zeros));
                }
                break;
            }
            // The index of the coefficient after `zeros` others that are still zero.
            let mut free = !before & band(next, end);
            for _ in 0..zeros {
                free &= free.wrapping_sub(1);
            }
            let place = if free == 0 { end + 1 } else { free.trailing_zeros() };
            let corrections = (before & band(next, place.min(end))).count_ones();
            correct(bits, window, corrections);
            if place > end && size > 0 {
                return Err(ScanFault::Run);
            }
            if size > 0 {
                *block |= 1 << (place & 63);
            }
            next = place + 1;
        }
    }
    if *run > 0 {
        if next <= end {
            correct(bits, window, (before & band(next, end)).count_ones());
        }
        *run -= 1;
    }
    Ok(())
}

/// The bits from `from` to `to`, both at most 63; none if `to` is less.
#[inline(always)]
fn band(from: u32, to: u32) -> u64 {
    if from > to { 0 } else { (u64::MAX << (from & 63)) & (u64::MAX >> (63 - (to & 63))) }
}

#[inline(always)]
fn correct(bits: &mut Bits<'_, '_>, window: &mut Window, mut count: u32) {
    while count > 0 {
        *window = ensure(bits, *window);
        let step = count.min(CODE_AND_VALUE);
        window.skip(step);
        count -= step;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands() {
        assert_eq!(band(0, 63), u64::MAX);
        assert_eq!(band(1, 1), 2);
        assert_eq!(band(63, 63), 1 << 63);
        assert_eq!(band(5, 4), 0);
    }
}
