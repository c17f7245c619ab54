// SPDX-License-Identifier: Apache-2.0
/**
 * Agent identities of Microsoft Entra Agent ID, as pods use them: {@code AgentSignIn} is what the variables of a
 * container say, and {@code BlueprintTrust} whether the blueprint accepts the pod's proof.
 */
@NullMarked
package io.podidentity.podid.agent;

import org.jspecify.annotations.NullMarked;
