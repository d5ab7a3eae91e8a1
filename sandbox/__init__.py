"""A process that stands in for the upstreams on this machine, with made-up data in their exact wire formats.

For the first five minutes without a key or a network, and for tests. It is told apart everywhere: each of its
answers has the header `x-longshore-sandbox: 1`. Nothing imports it, and it imports nothing of Longshore.
"""
