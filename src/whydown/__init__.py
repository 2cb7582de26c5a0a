"""Why is this NSX IPsec VPN down? Reads the Edge's and the peer's logs and shows the lines that prove the answer."""

__version__ = "0.1.0"
