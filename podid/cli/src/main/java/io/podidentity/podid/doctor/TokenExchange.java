// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.workload.WebhookSettings;

/**
 * What the program of a container sends to Entra ID for a token: a token of the service account, as this client.
 *
 * @param tenant empty if it is not known, as for a pod that does not run yet
 * @param authority the address of Entra ID; empty if the variable is not set
 * @param audience of the token in the file that the program reads; empty for that of the API server itself
 */
record TokenExchange(String clientId, String tenant, String authority, String audience) {

    /** What the webhook lets a container exchange, through the variables and the volume that it adds. */
    static TokenExchange ofWebhook(String clientId, String tenant, String authority) {
        return new TokenExchange(clientId, tenant, authority, WebhookSettings.AUDIENCE);
    }
}
