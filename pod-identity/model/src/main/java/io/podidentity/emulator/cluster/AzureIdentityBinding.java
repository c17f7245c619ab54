// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

/**
 * Gives an identity to the pods of a label value.
 *
 * @param azureIdentity the name of an identity in the binding's own namespace
 * @param selector the value of the label {@value Pod#BINDING_LABEL}, not a label selector
 * @since 0.1.0
 */
public record AzureIdentityBinding(Metadata metadata, String azureIdentity, String selector)
        implements KubernetesObject {}
