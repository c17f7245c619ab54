package io.podidentity.emulator.replay;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import java.time.Duration;
import java.util.List;

/**
 * What MIC does.
 *
 * @param assigned the pod's assigned identities, when MIC is done
 * @param took how long until then, from an empty cluster
 * @param log its lines
 */
public record MicPart(List<AzureAssignedIdentity> assigned, Duration took, List<String> log) {}
