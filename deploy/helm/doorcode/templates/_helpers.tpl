{{/* The name of every object: the release, with the chart's name unless the release has it. */}}
{{- define "doorcode.fullname" -}}
{{- $name := ternary .Release.Name (printf "%s-doorcode" .Release.Name) (contains "doorcode" .Release.Name) -}}
{{- .Values.fullnameOverride | default $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "doorcode.selectorLabels" -}}
app.kubernetes.io/name: doorcode
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "doorcode.labels" -}}
{{ include "doorcode.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "doorcode.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (ternary (include "doorcode.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end -}}

{{/* The public URL's host, without a port. */}}
{{- define "doorcode.host" -}}
{{- (urlParse .Values.server.publicUrl).hostname -}}
{{- end -}}

{{/* The whole number of seconds of server.drain. Its default is that of the server file. */}}
{{- define "doorcode.drainSeconds" -}}
{{- $drain := .Values.server.drain | default "5s" -}}
{{- $unit := get (dict "s" 1 "m" 60 "h" 3600) (substr (sub (len $drain) 1 | int) -1 $drain) -}}
{{- mul (regexFind "^[0-9]+" $drain | int) $unit -}}
{{- end -}}

{{/* The mail server's port. Without one, it follows from the encryption, as in the server file. */}}
{{- define "doorcode.mailPort" -}}
{{- with .Values.server.mail -}}
{{- .port | default (get (dict "tls" 465 "starttls" 587 "none" 25) (.security | default "starttls")) -}}
{{- end -}}
{{- end -}}

{{/* doorcode.server.yaml */}}
{{- define "doorcode.server" -}}
{{- $server := deepCopy .Values.server -}}
{{- $mail := $server.mail -}}
{{- if and $mail.user (not $mail.passwordFile) (not $mail.passwordEnv) -}}
{{- $_ := set $mail "passwordFile" "/run/secrets/doorcode/smtp-password" -}}
{{- end -}}
{{- if .Values.tls.existingSecret -}}
{{- $_ := set $server "tls" (dict "certFile" "/run/tls/tls.crt" "keyFile" "/run/tls/tls.key") -}}
{{- else if not $server.trustedProxies -}}
{{- fail "\n\nTLS has to end somewhere. Set server.trustedProxies to the network of the ingress controller's pods, or tls.existingSecret to a Secret with tls.crt and tls.key." -}}
{{- end -}}
{{- toYaml $server -}}
{{- end -}}
