"""The rate limit (reference §3.10): 300 requests in each fixed window of 300 seconds, per application and account.

Pure: a limiter is told what the server said and when, and says how long to wait. It reads no clock and never sleeps.
"""

from tradegecko_bridge.tradegecko.limits.limiter import RateLimiter, SharedLimiter
from tradegecko_bridge.tradegecko.limits.pace import WINDOW, Priority

__all__ = ["WINDOW", "Priority", "RateLimiter", "SharedLimiter"]
