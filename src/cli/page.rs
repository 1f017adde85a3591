//! Renders the Markdown of rule pages for a terminal.

use std::io::{self, Write};

use super::terminal::Paint;

/// Writes a page with bold headings, coloured code and paragraphs wrapped at `width` columns. Plain if the paint is
/// off.
pub fn write(text: &str, paint: Paint, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let width = width.clamp(40, 100);
    let mut paragraph = String::new();
    let mut fenced = false;
    let mut gap = false;
    let lines = text.lines().chain([""]);
    for line in lines {
        if line.starts_with("```") {
            flush(&mut paragraph, paint, width, out)?;
            if !fenced && gap {
                writeln!(out)?;
                gap = false;
            }
            fenced = !fenced;
            // The words after the fence say what the example shows.
            let words = line.trim_start_matches('`').trim();
            if fenced && !words.is_empty() {
                writeln!(out, "    {}", paint.faint(&format!("{words}:")))?;
            }
            gap |= !fenced;
            continue;
        }
        if fenced {
            writeln!(out, "    {}", paint.code(line))?;
        } else if line.trim().is_empty() {
            gap |= !paragraph.is_empty();
            flush(&mut paragraph, paint, width, out)?;
        } else if let Some(heading) = line.strip_prefix('#') {
            flush(&mut paragraph, paint, width, out)?;
            writeln!(out, "\n{}", paint.strong(heading.trim_start_matches('#').trim()))?;
            gap = true;
        } else {
            if gap {
                writeln!(out)?;
                gap = false;
            }
            if line.starts_with(['|', '*', '-']) || line.starts_with(|c: char| c.is_ascii_digit()) {
                flush(&mut paragraph, paint, width, out)?;
            }
            if line.starts_with('|') {
                writeln!(out, "{}", spans(line, paint))?;
                continue;
            }
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    Ok(())
}

fn flush(paragraph: &mut String, paint: Paint, width: usize, out: &mut dyn Write) -> io::Result<()> {
    if paragraph.is_empty() {
        return Ok(());
    }
    let hang = if paragraph.starts_with("* ") || paragraph.starts_with("- ") { "  " } else { "" };
    let mut lines: Vec<String> = vec![String::new()];
    for word in paragraph.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if !line.trim().is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(format!("{hang}{word}"));
        } else {
            if !line.trim().is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    writeln!(out, "{}", spans(&lines.join("\n"), paint))?;
    paragraph.clear();
    Ok(())
}

/// Colours `code` and makes **strong** bold; without colours the text stays as written.
fn spans(text: &str, paint: Paint) -> String {
    if !paint.is_on() {
        return text.to_owned();
    }
    let mut out = String::new();
    for (at, piece) in text.split('`').enumerate() {
        if at % 2 == 1 {
            out.push_str(&paint.code(piece));
            continue;
        }
        for (at, piece) in piece.split("**").enumerate() {
            out.push_str(&if at % 2 == 1 { paint.strong(piece) } else { piece.to_owned() });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::When;

    fn written(text: &str, when: When) -> String {
        let mut out = Vec::new();
        write(text, Paint::for_output(when), 40, &mut out).expect("written");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn plain_and_painted() {
        let page = "One `two` three four five six seven eight nine ten.\n\n## Why\n\n* a\n* b\n\n```json bad\n{}\n```\n\nEnd.\n";
        let plain = written(page, When::Never);
        assert_eq!(
            plain,
            "One `two` three four five six seven\neight nine ten.\n\nWhy\n\n* a\n* b\n\n    json bad:\n    {}\n\nEnd.\n"
        );
        let painted = written(page, When::Always);
        assert!(painted.contains("\x1b[36mtwo\x1b[0m") && painted.contains("\x1b[1mWhy\x1b[0m"), "{painted}");
    }
}
