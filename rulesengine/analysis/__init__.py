"""What can be said about packs without a case: what their rules rest on, and which of their open questions matter."""
