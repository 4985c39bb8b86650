"""Where Roblox is, and which app Sealroom is there; half of an app is refused in words."""

from dashboard import env
from dashboard.env import SettingError

# Roblox's API, and where it lists the games of groups to anyone: no key is sent there.
OPEN_CLOUD_URL = env.base_url("OPEN_CLOUD_URL", default="https://apis.roblox.com")
GAMES_URL = env.base_url("GAMES_URL", default="https://games.roblox.com")
OPEN_CLOUD_PROXY = env.proxy_url("OPEN_CLOUD_PROXY")
OPEN_CLOUD_TIMEOUT_SECONDS = 15

# The app that people connect with OAuth 2.0; without one, keys alone open universes.
OAUTH_URL = env.https_url("OAUTH_URL") or f"{OPEN_CLOUD_URL}/oauth"
ROBLOX_APP_ID = env.text("ROBLOX_APP_ID") or ""
ROBLOX_APP_SECRET = env.secret("ROBLOX_APP_SECRET") or ""
if bool(ROBLOX_APP_ID) != bool(ROBLOX_APP_SECRET):
    raise SettingError(
        "ROBLOX_APP_ID and ROBLOX_APP_SECRET belong together, and one of them is not set. Set both "
        "or neither."
    )

# The address from which Roblox sees this server come, for the list of an API key. Where it is not
# said, Sealroom shows it only if it can tell it for sure.
SERVER_ADDRESS = env.text("SERVER_ADDRESS") or ""
