//! heylint looks at media files and JSON request drafts and tells, before anything is uploaded, what the HeyGen video
//! API would refuse, why, where exactly, and how to mend it. It never uses the network.

pub mod media;
