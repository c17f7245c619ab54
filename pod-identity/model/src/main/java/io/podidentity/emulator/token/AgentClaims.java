// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.token;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the token of an agent identity says besides the usual. The numbers are sets without an order: 11 is an agent
 * identity, 13 an agent's user account. Those that no document explains are of the documented example. Immutable.
 *
 * @param blueprintId the client ID of the agent identity's blueprint
 * @see <a href="https://learn.microsoft.com/entra/agent-id/agent-token-claims">the claims</a>
 * @since 0.1.0
 */
public record AgentClaims(String blueprintId, ActsFor actsFor) {

    /** For whom an agent identity acts. */
    public enum ActsFor {
        ITSELF("9 3 11", "7 10"),
        USER("9 3", "1 10"),
        AGENTS_USER_ACCOUNT("3 13", "1 10");

        private final String subjectFacets;
        private final String relation;

        ActsFor(String subjectFacets, String relation) {
            this.subjectFacets = subjectFacets;
            this.relation = relation;
        }
    }

    Map<String, String> all() {
        var claims = new LinkedHashMap<String, String>();
        claims.put("xms_act_fct", "3 9 11");
        claims.put("xms_sub_fct", actsFor.subjectFacets);
        claims.put("xms_tnt_fct", "3 9");
        claims.put("xms_idrel", actsFor.relation);
        claims.put("xms_par_app_azp", blueprintId);
        return claims;
    }
}
