import { html } from "../../html.ts";
import type * as en from "../en/audit-sentences.ts";

export const auditSentences: typeof en.auditSentences = {
  "administrator.added": ({ user }) => html`${user} hat jetzt Administratorrechte`,
  "administrator.recovered": ({ user }) => html`${user} hat über die Befehlszeile Administratorrechte erhalten`,
  "administrator.removed": ({ user }) => html`${user} hat keine Administratorrechte mehr`,
  "app.certificate_added": ({ app }) => html`${app} hat ein Zertifikat erhalten`,
  "app.certificates_removed": ({ appDative }) => html`Die Zertifikate von ${appDative} wurden entfernt`,
  "app.secret_added": ({ app }) => html`${app} hat ein Geheimnis erhalten`,
  "app.secret_removed": ({ appDative }) => html`Ein Geheimnis von ${appDative} wurde entfernt`,
  "app_token.issued": ({ app }) => html`${app} hat ein eigenes Token erhalten, ohne Person`,
  "application.changed": ({ app, name }) => html`App geändert: ${name ?? app}`,
  "application.created": ({ app, name }) => html`App registriert: ${name ?? app}`,
  "application.deleted": ({ app, name }) => html`App gelöscht: ${name ?? app}`,
  "authenticator.added": ({ user }) => html`${user} hat eine Authenticator-App hinzugefügt`,
  "authenticator.removed": ({ user }) => html`${user} hat die Authenticator-App entfernt`,
  "authorization.approved": ({ appDative, user }) =>
    html`${user} hat die Anmeldung bei ${appDative} im Browser bestätigt`,
  "authorization.denied": ({ appDative, user }) =>
    html`${user} hat die Anmeldung bei ${appDative} im Browser abgelehnt`,
  "authorization.redeemed": ({ app, user }) => html`${app} hat Token erhalten, angemeldet als ${user}`,
  "authorization.refused": ({ app, user, why }) => html`${app} erhält keine Token für ${user}: ${why}`,
  "authorization_code.reused": ({ app }) => html`${app} hat einen Code zweimal verwendet; die Anmeldung wurde beendet`,
  "branding.changed": () => html`Das Aussehen der Seiten wurde geändert`,
  "device_grant.approved": ({ appDative, user }) => html`${user} hat die Anmeldung bei ${appDative} bestätigt`,
  "device_grant.denied": ({ appDative, user }) => html`${user} hat die Anmeldung bei ${appDative} abgelehnt`,
  "device_grant.expired": ({ appDative }) => html`Die Anfrage von ${appDative} wurde vorzeitig beendet`,
  "device_grant.redeemed": ({ app, user }) => html`${app} hat Token erhalten, angemeldet als ${user}`,
  "device_grant.refused": ({ app, user, why }) => html`${app} erhält keine Token für ${user}: ${why}`,
  "device_grant.used_twice": ({ appDative }) =>
    html`Zwei Personen haben den Code von ${appDative} eingegeben; er wurde abgewiesen`,
  "group.changed": ({ name }) => html`Gruppe geändert${name && html`: ${name}`}`,
  "group.created": ({ name }) => html`Gruppe erstellt${name && html`: ${name}`}`,
  "group.deleted": ({ name }) => html`Gruppe gelöscht${name && html`: ${name}`}`,
  "group.member_added": ({ user, name }) =>
    html`${user} wurde in ${name ? html`die Gruppe ${name}` : "eine Gruppe"} aufgenommen`,
  "group.member_removed": ({ user, name }) =>
    html`${user} wurde aus ${name ? html`der Gruppe ${name}` : "einer Gruppe"} entfernt`,
  "lifetimes.changed": () => html`Die Dauer von Anmeldungen wurde geändert`,
  "audit_log.downloaded": () => html`Einträge des Protokolls wurden heruntergeladen`,
  "operator_token.issued": () => html`Der Betreiber hat ein Token zur Verwaltung des Mandanten erhalten`,
  "organization.changed": () => html`Der Mandant wurde geändert`,
  "passkey.added": ({ user }) => html`${user} hat einen Passkey hinzugefügt`,
  "passkey.counter_went_back": ({ userDative }) => html`Ein Passkey von ${userDative} wurde möglicherweise kopiert`,
  "passkey.removed": ({ user }) => html`${user} hat einen Passkey entfernt`,
  "passkey.renamed": ({ user }) => html`${user} hat einen Passkey umbenannt`,
  "permission_grant.changed": ({ appDative }) => html`Die Berechtigungen von ${appDative} wurden geändert`,
  "permission_grant.created": ({ appDative }) => html`Es wurden ${appDative} Berechtigungen erteilt`,
  "permission_grant.deleted": ({ appDative }) => html`Es wurden ${appDative} Berechtigungen entzogen`,
  "policy.changed": ({ name }) => html`Richtlinie geändert${name && html`: ${name}`}`,
  "policy.created": ({ name }) => html`Richtlinie erstellt${name && html`: ${name}`}`,
  "policy.deleted": ({ name }) => html`Richtlinie gelöscht${name && html`: ${name}`}`,
  "recovery_codes.replaced": ({ user }) => html`${user} hat neue Wiederherstellungscodes erhalten`,
  "refresh_token.refused": ({ app, user, why }) => html`${app} erneuert nichts für ${user}: ${why}`,
  "refresh_token.repeated": ({ app, user }) => html`${app} hat zweimal mit demselben Token für ${user} erneuert`,
  "refresh_token.reused": ({ app, userDative }) =>
    html`${app} hat ein altes Token verwendet; die Anmeldung von ${userDative} wurde beendet`,
  "refresh_token.rotated": ({ app, user }) => html`${app} hat die Token für ${user} erneuert`,
  "role_assignment.created": ({ user, role, appDative }) =>
    role ? html`${user} hat die Rolle ${role} von ${appDative} erhalten` : html`${user} wurde ${appDative} zugewiesen`,
  "role_assignment.deleted": ({ user, role, appDative }) =>
    role
      ? html`${user} hat die Rolle ${role} von ${appDative} verloren`
      : html`${user} ist ${appDative} nicht mehr zugewiesen`,
  "service_principal.changed": ({ appDative }) => html`Der Dienstprinzipal von ${appDative} wurde geändert`,
  "service_principal.created": ({ appDative }) => html`Der Dienstprinzipal von ${appDative} wurde erstellt`,
  "sign_in.renamed": ({ user }) => html`${user} hat ein Gerät umbenannt`,
  "sign_in.revoked": ({ appDative, userDative }) =>
    html`Die Anmeldung von ${userDative} bei ${appDative} wurde beendet`,
  "sign_up_settings.changed": () => html`Die Einstellungen zur Registrierung wurden geändert`,
  "signing_key.retired": () => html`Ein Signaturschlüssel wurde außer Dienst gestellt`,
  "signing_key.rotated": () => html`Der nächste Signaturschlüssel übernimmt`,
  "tenant.issuer_changed": () => html`Die Adresse des Mandanten wurde geändert`,
  "tenant.moved": () => html`Der Mandant ist in einen anderen Speicher umgezogen`,
  "tenant.restored": () => html`Der Mandant wurde aus einer Sicherung wiederhergestellt`,
  "tenant.seal_key_replaced": () => html`Der Siegelschlüssel wurde ersetzt`,
  "tenant.sign_ins_ended": () => html`Alle Anmeldungen wurden beendet`,
  "testing.clock_moved": () => html`Beim Testen wurde die Uhr gestellt`,
  "testing.fault_added": () => html`Beim Testen wurde eine Störung eingestellt`,
  "testing.faults_cleared": () => html`Beim Testen wurden Störungen beendet`,
  "testing.snapshot_created": () => html`Beim Testen wurde ein Abbild des Mandanten erstellt`,
  "testing.snapshot_deleted": () => html`Beim Testen wurde ein Abbild gelöscht`,
  "testing.snapshot_restored": () => html`Beim Testen wurde der Mandant auf ein Abbild zurückgesetzt`,
  "testing.token_issued": ({ appDative, user }) =>
    html`Beim Testen wurde ein Token von ${appDative} für ${user} ausgestellt`,
  "user.changed": ({ userDative }) => html`Die Angaben von ${userDative} wurden geändert`,
  "user.consent_withdrawn": ({ appDative, user }) => html`${user} hat ${appDative} den Zugriff entzogen`,
  "user.created": ({ user }) => html`${user} wurde hinzugefügt`,
  "user.deleted": ({ userDative }) => html`Das Konto von ${userDative} wurde gelöscht`,
  "user.data_downloaded": ({ user }) => html`${user} hat die eigenen Daten heruntergeladen`,
  "user.details_given": ({ user }) => html`${user} hat die Angaben gemacht, die eine App verlangt`,
  "user.disowned": ({ user }) => html`${user} hat gemeldet: „Das war ich nicht“`,
  "user.email_changed": ({ userDative }) => html`Die E‑Mail-Adresse von ${userDative} wurde geändert`,
  "user.email_restored": ({ userDative }) => html`Die E‑Mail-Adresse von ${userDative} wurde zurückgeholt`,
  "user.factors_reset": ({ userDative }) => html`Die Anmeldemethoden von ${userDative} wurden zurückgesetzt`,
  "user.links_voided": ({ user }) => html`Links in früheren E‑Mails an ${user} wurden abgeschaltet`,
  "user.made_administrator": ({ user }) => html`${user} hat Administratorrechte erhalten`,
  "user.password_changed": ({ userDative }) => html`Das Passwort von ${userDative} wurde geändert`,
  "user.password_limit_lifted": ({ user }) =>
    html`Für ${user} werden nach zu vielen falschen Passwörtern wieder welche angenommen`,
  "user.password_reset": ({ user }) => html`${user} hat per E‑Mail ein neues Passwort gewählt`,
  "user.password_voided": ({ userDative }) => html`Das Passwort von ${userDative} wurde abgeschaltet`,
  "user.second_factor_failed": ({ userDative, method }) =>
    html`Der zweite Schritt von ${userDative} ist fehlgeschlagen: ${method}`,
  "user.second_factor_passed": ({ user, method }) => html`${user} hat den zweiten Schritt geschafft: ${method}`,
  "user.sign_in_failed": ({ userDative, method }) =>
    html`Die Anmeldung von ${userDative} ist fehlgeschlagen: ${method}`,
  "user.sign_ins_ended": ({ userDative }) => html`Alle Anmeldungen von ${userDative} wurden beendet`,
  "user.signed_in": ({ user, method }) => html`${user} hat sich angemeldet: ${method}`,
  "user.signed_out": ({ user }) => html`${user} hat sich im Browser abgemeldet`,
  "user.signed_up": ({ user }) => html`${user} hat sich registriert`,
  "user_flow.app_added": ({ app, name }) =>
    html`${app} wurde ${name ? html`dem Benutzerflow ${name}` : "einem Benutzerflow"} zugeordnet`,
  "user_flow.app_removed": ({ app, name }) =>
    html`${app} wurde aus ${name ? html`dem Benutzerflow ${name}` : "einem Benutzerflow"} entfernt`,
  "user_flow.changed": ({ name }) => html`Benutzerflow geändert${name && html`: ${name}`}`,
  "user_flow.created": ({ name }) => html`Benutzerflow erstellt${name && html`: ${name}`}`,
  "user_flow.deleted": ({ name }) => html`Benutzerflow gelöscht${name && html`: ${name}`}`,
  "user_flow_attribute.changed": ({ name }) => html`Attribut geändert${name && html`: ${name}`}`,
  "user_flow_attribute.created": ({ name }) => html`Attribut erstellt${name && html`: ${name}`}`,
  "user_flow_attribute.deleted": ({ name }) => html`Attribut gelöscht${name && html`: ${name}`}`,
};

export const auditSentencesByOthers: typeof en.auditSentencesByOthers = {
  "administrator.added": ({ by, userDative }) => html`${by} hat ${userDative} Administratorrechte gegeben`,
  "administrator.removed": ({ by, userDative }) => html`${by} hat ${userDative} die Administratorrechte entzogen`,
  "app.certificate_added": ({ by, appDative }) => html`${by} hat ${appDative} ein Zertifikat gegeben`,
  "app.certificates_removed": ({ by, appDative }) => html`${by} hat die Zertifikate von ${appDative} entfernt`,
  "app.secret_added": ({ by, appDative }) => html`${by} hat ${appDative} ein Geheimnis gegeben`,
  "app.secret_removed": ({ by, appDative }) => html`${by} hat ein Geheimnis von ${appDative} entfernt`,
  "authenticator.added": ({ by, user }) => html`${by} hat für ${user} eine Authenticator-App hinzugefügt`,
  "authenticator.removed": ({ by, userDative }) => html`${by} hat die Authenticator-App von ${userDative} entfernt`,
  "authorization.approved": ({ by, appDative, user }) =>
    html`${by} hat die Anmeldung bei ${appDative} für ${user} bestätigt`,
  "authorization.denied": ({ by, appDative }) => html`${by} hat die Anmeldung bei ${appDative} abgelehnt`,
  "device_grant.approved": ({ by, appDative, user }) =>
    html`${by} hat die Anmeldung bei ${appDative} für ${user} bestätigt`,
  "device_grant.denied": ({ by, appDative }) => html`${by} hat die Anmeldung bei ${appDative} abgelehnt`,
  "operator_token.issued": ({ by, purpose }) =>
    purpose === "export"
      ? html`${by} hat den Mandanten als Datei gelesen`
      : purpose === "apply"
        ? html`${by} hat begonnen, eine Mandantendatei anzuwenden`
        : html`${by} hat ein Token zur Verwaltung des Mandanten erhalten`,
  "passkey.added": ({ by, user }) => html`${by} hat für ${user} einen Passkey hinzugefügt`,
  "passkey.removed": ({ by, userDative }) => html`${by} hat einen Passkey von ${userDative} entfernt`,
  "passkey.renamed": ({ by, userDative }) => html`${by} hat einen Passkey von ${userDative} umbenannt`,
  "recovery_codes.replaced": ({ by, userDative }) =>
    html`${by} hat die Wiederherstellungscodes von ${userDative} ersetzt`,
  "role_assignment.created": ({ by, user, userDative, role, appDative }) =>
    role
      ? html`${by} hat ${userDative} die Rolle ${role} von ${appDative} gegeben`
      : html`${by} hat ${user} ${appDative} zugewiesen`,
  "role_assignment.deleted": ({ by, userDative, role, appDative }) =>
    role
      ? html`${by} hat ${userDative} die Rolle ${role} von ${appDative} entzogen`
      : html`${by} hat die Zuweisung von ${userDative} zu ${appDative} aufgehoben`,
  "sign_in.renamed": ({ by, userDative }) => html`${by} hat ein Gerät von ${userDative} umbenannt`,
  "signing_key.rotated": ({ by }) => html`${by} hat den nächsten Signaturschlüssel übernehmen lassen`,
  "testing.clock_moved": ({ by }) => html`${by} hat die Uhr gestellt`,
  "testing.fault_added": ({ by }) => html`${by} hat eine Störung eingestellt`,
  "testing.faults_cleared": ({ by }) => html`${by} hat Störungen beendet`,
  "testing.snapshot_created": ({ by }) => html`${by} hat ein Abbild des Mandanten erstellt`,
  "testing.snapshot_deleted": ({ by }) => html`${by} hat ein Abbild gelöscht`,
  "testing.snapshot_restored": ({ by }) => html`${by} hat den Mandanten auf ein Abbild zurückgesetzt`,
  "testing.token_issued": ({ by, appDative, user }) =>
    html`${by} hat ein Token von ${appDative} für ${user} ausgestellt`,
  "user.consent_withdrawn": ({ by, appDative, userDative }) =>
    html`${by} hat ${appDative} den Zugriff auf das Konto von ${userDative} entzogen`,
  "user.data_downloaded": ({ by, userDative }) => html`${by} hat die Daten von ${userDative} heruntergeladen`,
  "user.details_given": ({ by, userDative }) =>
    html`${by} hat die Angaben von ${userDative} gemacht, die eine App verlangt`,
  "user.disowned": ({ by, user }) => html`${by} hat für ${user} gemeldet: „Das war ich nicht“`,
  "user.made_administrator": ({ by, userDative }) => html`${by} hat ${userDative} Administratorrechte gegeben`,
  "user.password_reset": ({ by, user }) => html`${by} hat ein neues Passwort für ${user} gewählt`,
  "user.second_factor_passed": ({ by, userDative, method }) =>
    html`${by} hat den zweiten Schritt von ${userDative} geschafft: ${method}`,
  "user.signed_in": ({ by, userDative, method }) =>
    html`${by} hat sich mit dem Konto von ${userDative} angemeldet: ${method}`,
  "user.signed_out": ({ by, user }) => html`${by} hat ${user} im Browser abgemeldet`,
  "user.signed_up": ({ by, user }) => html`${by} hat ${user} registriert`,
};

export const auditWords: typeof en.auditWords = {
  someApp: { plain: "eine App", dative: "einer App" },
  unknownApp: { plain: (id) => html`die unbekannte App ${id}`, dative: (id) => html`der unbekannten App ${id}` },
  someUser: { plain: "eine unbekannte Person", dative: "einer unbekannten Person" },
  deletedObject: { plain: (id) => html`das gelöschte Objekt ${id}`, dative: (id) => html`dem gelöschten Objekt ${id}` },
  theOperator: "Der Betreiber",
  deletedUser: { plain: (id) => html`das gelöschte Konto ${id}`, dative: (id) => html`dem gelöschten Konto ${id}` },
  methods: {
    password: "Passwort",
    email_code: "Code per E‑Mail",
    passkey: "Passkey",
    app: "Authenticator-App",
    totp: "Authenticator-App",
    email: "Code per E‑Mail",
    email_second_factor: "Code per E‑Mail als zweiter Schritt",
    recovery_code: "Wiederherstellungscode",
    operator: "vom Betreiber bestätigt",
    none: "neues Konto",
  },
  why: {
    user_unknown: "das Konto wurde gelöscht",
    user_disabled: "das Konto ist gesperrt",
    app_unknown: "die App wurde gelöscht",
    app_disabled: "die App ist gesperrt",
    grant_not_allowed: "die App darf sich so nicht anmelden",
    login_required: "eine neuere Anmeldung ist nötig",
    not_assigned: "die Person ist der App nicht zugewiesen",
    sign_in_method_required: "eine andere Anmeldemethode ist nötig",
    second_factor_required: "ein zweiter Faktor ist nötig",
    details_required: "Angaben der Person fehlen",
    administrator_required: "nur mit Administratorrechten erlaubt",
    administration_not_allowed: "die App darf nicht verwalten",
    scope_unavailable: "die API oder ihre Berechtigung gibt es nicht mehr",
    consent_required: "die Zustimmung fehlt",
    withdrawn: "zurückgezogen",
  },
  by: {
    operator: "durch den Betreiber",
    throughGraph: "über Microsoft Graph",
    inConsole: "in der Konsole",
    graph: (caller) => html`durch ${caller}, über Microsoft Graph`,
    console: (caller) => html`durch ${caller}, in der Konsole`,
  },
};
