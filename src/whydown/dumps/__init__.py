"""State dumps to events: what NSX states about its sessions, in texts that are no logs."""
