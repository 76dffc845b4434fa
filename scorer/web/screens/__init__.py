"""The pages: each function takes a request and gives an answer; what they may show comes through `access`."""
