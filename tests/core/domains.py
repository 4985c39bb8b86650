"""Domains as people type and paste them; the page is asked about the same ones."""

# What is typed: what becomes of it, or the host that is proposed in its place.
ONE_FORM = {
    "API.Example.COM": "api.example.com",
    "api.example.com.": "api.example.com",
    "  api.example.com\t": "api.example.com",
    "*.Example.COM.": "*.example.com",
    "xn--bcher-kva.example": "xn--bcher-kva.example",
    "192.0.2.7": "192.0.2.7",
    "localhost": "localhost",
    "*.com": "*.com",
}
PROPOSED = {
    "https://api.stripe.com": "api.stripe.com",
    "https://api.stripe.com/v1/charges?a=b#c": "api.stripe.com",
    "HTTPS://API.Stripe.com:443/": "api.stripe.com",
    "https://someone:password@api.stripe.com/": "api.stripe.com",
    "//api.stripe.com/v1": "api.stripe.com",
    "api.stripe.com/": "api.stripe.com",
    "api.stripe.com:443": "api.stripe.com",
    "api.stripe.com,": "api.stripe.com",
    "api.stripe.com, files.stripe.com": "api.stripe.com",
    "api.stripe.com; files.stripe.com": "api.stripe.com",
    "api.stripe.com files.stripe.com": "api.stripe.com",
    "someone@stripe.com": "stripe.com",
    "https://*.stripe.com/": "*.stripe.com",
    "https://bücher.example/": "xn--bcher-kva.example",
}
INTERNATIONAL = {
    "bücher.example": "xn--bcher-kva.example",
    "BÜCHER.Example.": "xn--bcher-kva.example",
    "*.bücher.example": "*.xn--bcher-kva.example",
    "bücher。example": "xn--bcher-kva.example",
    "faß.example": "xn--fa-hia.example",
}
HOPELESS = [
    "**",
    "*.",
    ".",
    "*example.com",
    "api.*.com",
    "not a host",
    "api_1.example",
    "-api.example.com",
    "https://",
    "https://api_1.example/",
    "[::1]",
    "a" * 64 + ".example",
    ".".join(["a" * 63] * 4),
]
