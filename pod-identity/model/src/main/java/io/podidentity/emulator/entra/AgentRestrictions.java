// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.directory.ServicePrincipal.Kind;

/** What blueprints and agent identities may not do, unlike other applications. */
final class AgentRestrictions {

    private AgentRestrictions() {}

    /** @throws EntraError.Refusal if the application belongs to an agent, with which no user signs in */
    static void requireInteractive(ServicePrincipal application) {
        if (application.kind() == Kind.AGENT_IDENTITY) {
            throw EntraError.CONSENT_TO_AGENT.because("Users cannot sign in with agent identity '"
                    + application.clientId() + "', nor consent to it. Grant its permissions to its agent identity"
                    + " blueprint, from which it inherits them.");
        }
        if (application.kind() == Kind.AGENT_BLUEPRINT) {
            throw EntraError.INTERACTIVE_AGENT.because(
                    "The agent application does not support interactive authentication.");
        }
    }

    /** @throws EntraError.Refusal if it is a blueprint, which acts for users as one of its agent identities alone */
    static void requireNoBlueprint(ServicePrincipal application) {
        if (application.kind() == Kind.AGENT_BLUEPRINT) {
            throw EntraError.ON_BEHALF_OF_BY_BLUEPRINT.because("Agentic application '" + application.clientId()
                    + "' is not permitted to act on behalf of a user itself. Ask with its agent identity as client.");
        }
    }

    /** Agents use another exchange than the standard's. */
    static EntraError.Refusal refuseTokenExchange(ServicePrincipal application) {
        if (application.kind().isOfAgent()) {
            return EntraError.APP_ONLY_TOKEN_OF_BLUEPRINT.because("Agentic application '" + application.clientId()
                    + "' is not permitted to request tokens with the grant type token-exchange. Use client_credentials"
                    + " with fmi_path.");
        }
        return GrantType.unsupported();
    }
}
