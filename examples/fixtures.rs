//! Writes the media in `fixtures/` from their recipes: `cargo run --example fixtures`.

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for (path, bytes) in common::recipe::fixtures(&folder) {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        println!("{} ({} bytes)", path.display(), bytes.len());
        std::fs::write(path, bytes)?;
    }
    Ok(())
}
