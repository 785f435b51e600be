import type * as en from "../en/console-mends.ts";
import { refusals } from "./refusals.ts";

export const consoleMends: typeof en.consoleMends = {
  fault: "Eine Störung zum Testen hat geantwortet. Beenden Sie sie, oder lassen Sie sie wirken.",
  app_unknown: "Vergleichen Sie die Client-ID mit den Apps dieses Mandanten.",
  secret_missing: "Machen Sie die App zum öffentlichen Client, oder geben Sie dem Programm ein Geheimnis.",
  secret_wrong: "Fügen Sie ein Geheimnis hinzu und geben Sie es dem Programm.",
  secret_expired: "Fügen Sie ein neues Geheimnis hinzu und geben Sie es dem Programm.",
  grant_not_allowed: "Erlauben Sie der App, auf diesem Weg Token zu bekommen.",
  admin_consent: "Stimmen Sie auf der Seite der App für alle zu.",
  consent_required: "Stimmen Sie auf der Seite der App für alle zu.",
  scope_invalid: "Vergleichen Sie den Namen mit den Berechtigungen (Scopes) der APIs, oder fügen Sie ihn hinzu.",
  scope_unavailable: "Entsperren Sie die API und ihre Berechtigung, oder fordern Sie eine andere an.",
  resource_unknown: "Vergleichen Sie den Namen mit den APIs dieses Mandanten, oder fügen Sie ihn hinzu.",
  not_assigned: "Weisen Sie die Person oder eine ihrer Gruppen der App zu.",
  user_disabled: "Entsperren Sie das Konto.",
  administrator_needed: "Melden Sie sich als Administrator an, oder machen Sie diese Person dazu.",
  administrator_required: "Melden Sie sich als Administrator an, oder machen Sie diese Person dazu.",
  administration_not_allowed: "Führen Sie den Befehl auf der Seite der App aus: er erlaubt ihr die Verwaltung.",
  administration_by_device_code: "Führen Sie den Befehl auf der Seite der App mit --by-device-code aus.",
  redirect_unregistered: "Fügen Sie der App die Umleitungs-URI hinzu.",
  sign_in_method: "Erlauben Sie diese Art der Anmeldung im Benutzerflow der App.",
  sign_in_method_required: "Erlauben Sie diese Art der Anmeldung im Benutzerflow der App.",
  mfa_required: "Melden Sie sich im Browser noch einmal an, mit zweitem Faktor.",
  second_factor_required: "Melden Sie sich im Browser noch einmal an, mit zweitem Faktor.",
  details_required: "Melden Sie sich im Browser noch einmal an: dort wird gefragt, was der Benutzerflow verlangt.",
  code_expired: "Starten Sie die Anmeldung am Gerät neu: ein Code gilt 15 Minuten.",
  password_limit: "Das endet von selbst. Auf der Seite der Person können Sie sofort neue Versuche zulassen.",
  user_code_unknown: "Vergleichen Sie ihn mit dem Code, den das Gerät zeigt.",
};

export const consoleRefusal: typeof en.consoleRefusal = (why) =>
  Object.hasOwn(refusals, why) ? refusals[why as keyof typeof refusals] : undefined;
