"""Many bundles at once: each is a case of its own, read in a process of its own, remembered in a store."""
