/** Sent with every request, so that the server can tell which SDKs are connected. */
export const sdkVersion = '0.1.0'
