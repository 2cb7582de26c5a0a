"""The reasons of NSX's alarm tables to the letter: VMware Cloud Foundation 9.0, "Alarms When an IPsec VPN Session or Tunnel Is Down"."""

SESSION = (
    "Authentication failed",
    "No proposal chosen",
    "Peer sent delete",
    "Peer not responding",
    "Invalid syntax",
    "Invalid spi",
    "Configuration failed",
    "Negotiation not started",
    "IPsec service not enabled",
    "Session not enabled",
    "SR state is not Active",
)
TUNNEL = (
    "Peer sent delete",
    "No proposal chosen",
    "TS unacceptable",
    "IKE SA down",
    "Invalid syntax",
    "Invalid spi",
    "No IKE peers",
    "IPsec negotiation not started",
)
