// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.token;

/** The two shapes of access tokens, which name some claims differently. */
enum TokenVersion {
    V1("1.0", "appid", "appidacr", "unique_name"),
    V2("2.0", "azp", "azpacr", "preferred_username");

    /** As the claim {@code ver} has it. */
    final String text;
    /** The claim with the client ID that asked. */
    final String clientClaim;
    /** The claim that says how the client has shown who it is. */
    final String proofClaim;
    /** The claim with the user's name. */
    final String userClaim;

    TokenVersion(String text, String clientClaim, String proofClaim, String userClaim) {
        this.text = text;
        this.clientClaim = clientClaim;
        this.proofClaim = proofClaim;
        this.userClaim = userClaim;
    }

    static TokenVersion of(String resource) {
        return Resource.ofVersion2(resource).isPresent() ? V2 : V1;
    }
}
