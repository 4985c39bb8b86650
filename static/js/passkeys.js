// Passkeys: asks the browser to make or to use one, and sends its answer with the form. Without this
// there are none; a code of an app or a recovery code does.

const passkeyForm = document.querySelector("form[data-passkey]");
const passkeyButton = passkeyForm.querySelector("button[type=submit]");
const passkeyTold = passkeyForm.querySelector("[data-told]");

const PASSKEY_TROUBLE = {
  InvalidStateError: "This device already has a passkey of yours for Sealroom.",
  NotAllowedError: "No passkey was used: it was canceled, took too long, or isn’t on this device. Try again.",
  SecurityError: `Passkeys only work at ${passkeyForm.dataset.host}. Open Sealroom there.`,
};

function canUsePasskeys() {
  return "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

async function askForPasskey() {
  const { passkey, options } = passkeyForm.dataset;
  const asked = JSON.parse(options);
  const answer = passkey === "create"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
  return JSON.stringify(answer.toJSON());
}

async function sendPasskey() {
  passkeyTold.textContent = "";
  passkeyButton.disabled = true;
  try {
    passkeyForm.elements.credential.value = await askForPasskey();
    passkeyForm.submit();
  } catch (error) {
    passkeyTold.textContent = PASSKEY_TROUBLE[error.name] ?? "Your browser couldn’t use a passkey. Try again.";
    passkeyButton.disabled = false;
  }
}

passkeyForm.addEventListener("submit", event => {
  event.preventDefault();
  sendPasskey();
});

if (canUsePasskeys()) {
  passkeyButton.hidden = false;
  passkeyTold.textContent = "";
  if (passkeyForm.dataset.atOnce) sendPasskey();
} else {
  passkeyTold.textContent = "This browser can’t use passkeys. Update it, or use another one.";
}
