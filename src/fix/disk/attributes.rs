//! Extended attributes: tags, origins, access control lists.

use std::fs::File;

/// Copies the extended attributes of a file to another. Returns the names of those that could not be copied.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
pub(super) fn copy(from: &File, to: &File) -> Vec<String> {
    use rustix::fs::{XattrFlags, fgetxattr, fsetxattr};
    let mut lost = Vec::new();
    for name in names(from) {
        let shown = || String::from_utf8_lossy(&name).into_owned();
        let mut value = vec![0; 64 << 10];
        let copied = fgetxattr(from, name.as_slice(), value.as_mut_slice()).and_then(|size| {
            let value = value.get(..size).unwrap_or_default();
            fsetxattr(to, name.as_slice(), value, XattrFlags::empty())
        });
        // The system sets its own labels on the new file.
        if copied.is_err() && !name.starts_with(b"security.") && !name.starts_with(b"system.") {
            lost.push(shown());
        }
    }
    lost
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn names(file: &File) -> Vec<Vec<u8>> {
    let mut list = vec![0; 64 << 10];
    let Ok(size) = rustix::fs::flistxattr(file, list.as_mut_slice()) else { return Vec::new() };
    let list = list.get(..size).unwrap_or_default();
    list.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect()
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
pub(super) fn copy(_: &File, _: &File) -> Vec<String> {
    Vec::new()
}
