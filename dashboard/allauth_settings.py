"""What allauth is told about signing in, whatever the environment says."""

ACCOUNT_ADAPTER = "secretsapp.adapters.account.AccountAdapter"
ACCOUNT_FORMS = {"login": "secretsapp.web.forms.sign_in.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
# secretsapp.adapters.limits has limits of our own, which know devices and wider networks.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
MFA_ADAPTER = "secretsapp.adapters.second_factors.SecondFactorAdapter"
# A clock may be half a minute off; a code counts once all the same.
MFA_TOTP_TOLERANCE = 1
