/** Rules about the cluster that the manifests are for: C18, C20. */
@NullMarked
package io.podidentity.podid.check.rules.cluster;

import org.jspecify.annotations.NullMarked;
