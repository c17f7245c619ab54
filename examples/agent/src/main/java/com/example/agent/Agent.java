package com.example.agent;

import com.azure.core.exception.ClientAuthenticationException;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobStorageException;

/**
 * An agent. It has one tool, and no language model: it reads an order. The role of the agent identity decides whether
 * the tool may do so, whatever a model would ask for.
 *
 * @param name the name among token-provider.agents
 * @param clientId the client ID of its agent identity
 * @param task what the agent is for
 * @param orders the container with one blob for each order, as this agent identity
 */
record Agent(String name, String clientId, String task, BlobContainerClient orders) {

    /** What became of the call of a tool. */
    sealed interface Answer {}

    record Read(String order) implements Answer {}

    /** Storage refused, and its code says why, such as AuthorizationPermissionMismatch for a role that is missing. */
    record Refused(int status, String code) implements Answer {}

    /** There is no token for the agent identity. The reason names the step that failed, and says what to do. */
    record NoToken(String reason) implements Answer {}

    Answer readOrder(String number) {
        try {
            return new Read(orders.getBlobClient(number + ".txt").downloadContent().toString());
        } catch (BlobStorageException refusal) {
            return new Refused(refusal.getStatusCode(), String.valueOf(refusal.getErrorCode()));
        } catch (ClientAuthenticationException failure) {
            // The cause is the TokenAcquisitionException of the token provider.
            return new NoToken(failure.getMessage());
        }
    }
}
