"""Episodes to incidents: the documented reason, the cause behind it, and how sure that is."""
