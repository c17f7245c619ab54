// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.connection;

import io.podidentity.tokenprovider.internal.Nullable;

/** The keys of a connection string, spelt as they are documented. They are matched in upper or lower case. */
public enum ConnectionStringKey {
    RUN_AS("RunAs"),
    DEVELOPER_TOOL("DeveloperTool"),
    APP_ID("AppId"),
    OBJECT_ID("ObjectId"),
    RESOURCE_ID("ResourceId"),
    TENANT_ID("TenantId"),
    APP_KEY("AppKey"),
    CERTIFICATE_THUMBPRINT("CertificateThumbprint"),
    CERTIFICATE_SUBJECT_NAME("CertificateSubjectName"),
    CERTIFICATE_STORE_LOCATION("CertificateStoreLocation"),
    KEY_VAULT_CERTIFICATE("KeyVaultCertificateSecretIdentifier"),
    KEY_VAULT_IDENTITY("KeyVaultUserAssignedManagedIdentityId"),
    MANAGED_IDENTITY_CLIENT_ID("ManagedIdentityClientId"),
    AGENT_ID("AgentId"),
    AGENT_USER("AgentUser"),
    MSI_RETRY_TIMEOUT("MsiRetryTimeout");

    /** With at most this many wrong letters, an unknown key is taken for a typing error. */
    private static final int MAX_DISTANCE = 3;

    public final String text;

    ConnectionStringKey(String text) {
        this.text = text;
    }

    /** The key that is spelt so, in upper or lower case; null for none. */
    public static @Nullable ConnectionStringKey find(String text) {
        for (ConnectionStringKey key : values()) {
            if (key.text.equalsIgnoreCase(text)) {
                return key;
            }
        }
        return null;
    }

    /** The key that was probably meant; null if none is similar. */
    public static @Nullable ConnectionStringKey findSimilar(String text) {
        ConnectionStringKey nearest = null;
        int least = MAX_DISTANCE + 1;
        for (ConnectionStringKey key : values()) {
            int distance = distance(text, key.text);
            // For a short key allow fewer wrong letters, or any short word would be similar to it.
            if (distance < least && distance * 5 < key.text.length() * 2) {
                nearest = key;
                least = distance;
            }
        }
        return nearest;
    }

    /** How many letters must be changed, added or removed to turn one word into the other (Levenshtein, one row). */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int changed = diagonal;
                if (!isSameLetter(one.charAt(i - 1), other.charAt(j - 1))) {
                    changed++;
                }
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }

    private static boolean isSameLetter(char one, char other) {
        return Character.toLowerCase(one) == Character.toLowerCase(other);
    }
}
