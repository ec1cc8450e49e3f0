{{- define "headgate.name" -}}
{{- if contains "headgate" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-headgate" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- /* Labels that never change: (list . "worker") */ -}}
{{- define "headgate.selector" -}}
app.kubernetes.io/name: headgate
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "headgate.labels" -}}
{{ include "headgate.selector" . }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version }}
{{- end }}

{{- /* A release's image, and what tells the release from others in the deployment: (list . .Values.image) */ -}}
{{- define "headgate.image" -}}
{{- $root := index . 0 }}{{ $of := index . 1 -}}
{{- if $of.digest }}{{ $root.Values.image.repository }}@{{ $of.digest }}{{ else }}{{ $root.Values.image.repository }}:{{ $of.tag | default $root.Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "headgate.build" -}}
{{- $root := index . 0 }}{{ $of := index . 1 -}}
{{- if $of.digest }}{{ $of.digest | trimPrefix "sha256:" | trunc 32 }}{{ else }}{{ $of.tag | default $root.Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "headgate.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "headgate.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{- /* The environment of a release: (list . .Values.image) */ -}}
{{- define "headgate.environment" -}}
{{- $root := index . 0 }}
- {name: DATABASE_URL_FILE, value: /run/secrets/headgate/database-url}
- {name: HEADGATE_CODEC_KEYS_FILE, value: /run/secrets/headgate/codec-keys}
- {name: TEMPORAL_ADDRESS, value: {{ $root.Values.temporal.address | quote }}}
- {name: TEMPORAL_NAMESPACE, value: {{ $root.Values.temporal.namespace | quote }}}
- {name: HEADGATE_TASK_QUEUE, value: {{ $root.Values.temporal.taskQueue | quote }}}
{{- with $root.Values.deployment.name }}
- {name: HEADGATE_DEPLOYMENT, value: {{ . | quote }}}
- {name: HEADGATE_BUILD, value: {{ include "headgate.build" $ | quote }}}
{{- end }}
{{- with $root.Values.temporal.tls }}
{{- if .existingSecret }}
- {name: TEMPORAL_TLS_SERVER_CA_CERT_PATH, value: /run/secrets/temporal/ca.crt}
{{- if .clientCertificate }}
- {name: TEMPORAL_TLS_CLIENT_CERT_PATH, value: /run/secrets/temporal/tls.crt}
- {name: TEMPORAL_TLS_CLIENT_KEY_PATH, value: /run/secrets/temporal/tls.key}
{{- end }}
{{- with .serverName }}
- {name: TEMPORAL_TLS_SERVER_NAME, value: {{ . | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- with $root.Values.definitions }}
- {name: HEADGATE_DEFINITIONS, value: {{ . | quote }}}
{{- end }}
{{- range $name, $value := $root.Values.environment }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

{{- define "headgate.mounts" -}}
- {name: secrets, mountPath: /run/secrets/headgate, readOnly: true}
- {name: files, mountPath: /var/lib/headgate}
- {name: temporary, mountPath: /tmp}
{{- if .Values.temporal.tls.existingSecret }}
- {name: temporal, mountPath: /run/secrets/temporal, readOnly: true}
{{- end }}
{{- end }}

{{- define "headgate.volumes" -}}
- name: secrets
  secret: {secretName: {{ .Values.existingSecret | quote }}, defaultMode: 0440}
- name: temporary
  emptyDir: {sizeLimit: 256Mi}
{{- with .Values.temporal.tls.existingSecret }}
- name: temporal
  secret: {secretName: {{ . | quote }}, defaultMode: 0440}
{{- end }}
{{- end }}

{{- define "headgate.filesVolume" -}}
- name: files
  persistentVolumeClaim: {claimName: {{ .Values.files.existingClaim | default (printf "%s-files" (include "headgate.name" .)) }}}
{{- end }}

{{- /* Where pods go: (list . "worker" .Values.workers) */ -}}
{{- define "headgate.placement" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{ include "headgate.selector" (list (index . 0) (index . 1)) | nindent 8 }}
{{- with (index . 2).nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with (index . 2).tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with (index . 2).affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}
