// Presses the button for the customer. Without this script they press it.
document.querySelector("form[data-submit]").submit();
