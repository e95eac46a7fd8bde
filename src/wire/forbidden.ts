import { type ErrorBody, oneLine } from './error-body.ts';
import { errorInfo } from './error-details.ts';

/** What to do about a 403, by ErrorInfo.reason (google.api.ErrorReason). */
const HINTS: Readonly<Record<string, string>> = {
  SERVICE_DISABLED: 'enable the API for the project',
  BILLING_DISABLED: 'switch on billing for the project',
  CONSUMER_INVALID: 'check the project (--project)',
  CONSUMER_SUSPENDED: 'the project is suspended: ask its owner',
  USER_PROJECT_DENIED:
    'this credential may not use that quota project: set GOOGLE_CLOUD_QUOTA_PROJECT to one it may',
  API_KEY_SERVICE_BLOCKED: 'the API key is restricted to other APIs: change its restrictions or use another',
  API_KEY_HTTP_REFERRER_BLOCKED: 'the API key is restricted to web pages: use another',
  API_KEY_IP_ADDRESS_BLOCKED: 'the API key is restricted to other IP addresses: change that or use another',
  API_KEY_ANDROID_APP_BLOCKED: 'the API key is restricted to Android apps: use another',
  API_KEY_IOS_APP_BLOCKED: 'the API key is restricted to iOS apps: use another',
  ACCESS_TOKEN_SCOPE_INSUFFICIENT:
    'log in again with the scope https://www.googleapis.com/auth/cloud-platform',
};

/** The next step after a 403, when its reason is known; a URL from the server is named only if it is https. */
export function forbiddenHint(body: ErrorBody): string | undefined {
  const { reason, metadata } = errorInfo(body.details);
  const { activationUrl, permission } = metadata;
  if (
    reason === 'SERVICE_DISABLED' &&
    typeof activationUrl === 'string' &&
    activationUrl.startsWith('https://')
  ) {
    return `enable the API: ${oneLine(activationUrl, 300)}`;
  }
  if (reason === 'IAM_PERMISSION_DENIED' && typeof permission === 'string') {
    return `the credential lacks ${oneLine(permission, 100)} (for prompts: the role roles/aiplatform.user)`;
  }
  if (reason !== undefined && Object.hasOwn(HINTS, reason)) return HINTS[reason];
  if (/quota project/i.test(body.message ?? '')) {
    return 'set GOOGLE_CLOUD_QUOTA_PROJECT, or: gcloud auth application-default set-quota-project PROJECT';
  }
  return undefined;
}
