"""Operations of torch that a network from elsewhere may use: arithmetic on tensors, and nothing else."""

from __future__ import annotations

from typing import Final

_ON_TENSORS: Final = """
conv1d conv2d conv3d convolution _convolution conv_transpose2d conv_transpose3d batch_norm
_native_batch_norm_legit_no_training instance_norm group_norm layer_norm native_group_norm native_layer_norm
max_pool2d max_pool3d avg_pool2d avg_pool3d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool2d
upsample_nearest1d upsample_nearest2d upsample_nearest3d upsample_bilinear2d upsample_bicubic2d
upsample_linear1d upsample_trilinear3d _upsample_nearest_exact1d _upsample_nearest_exact2d
_upsample_nearest_exact3d _upsample_bilinear2d_aa _upsample_bicubic2d_aa pixel_shuffle pixel_unshuffle pad
constant_pad_nd reflection_pad2d replication_pad2d linear matmul mm bmm addmm baddbmm einsum dropout
dropout2d feature_dropout alpha_dropout embedding scaled_dot_product_attention adaptive_avg_pool1d
feature_dropout_ _upsample_lanczos2d_aa dropout_ alpha_dropout_ feature_alpha_dropout feature_alpha_dropout_

relu relu_ relu6 leaky_relu leaky_relu_ prelu _prelu_kernel elu elu_ celu selu gelu silu silu_ mish hardtanh
hardtanh_ hardsigmoid hardswish hardswish_ sigmoid sigmoid_ tanh softmax _softmax log_softmax _log_softmax
softplus logsigmoid threshold threshold_ clamp clamp_ clamp_min clamp_max mish_

add add_ sub sub_ rsub mul mul_ div div_ floordiv floor_divide true_divide remainder pow exp log log1p sqrt
rsqrt reciprocal abs neg sign floor ceil round trunc sin cos erf maximum minimum max min amax amin sum mean
var std var_mean norm prod cumsum argmax argmin topk sort where eq ne lt le gt ge logical_and logical_or
logical_not bitwise_and bitwise_or bitwise_not __and__ __or__ __not__ __is__ __isnot__ __contains__
__getitem__ __range_length __derive_index isnan isinf isfinite nan_to_num masked_fill addcmul addcdiv lerp

size dim numel len view view_as reshape reshape_as flatten unflatten squeeze squeeze_ unsqueeze unsqueeze_
permute transpose transpose_ t contiguous expand expand_as repeat tile cat concat stack chunk split
split_with_sizes unbind slice select index index_select gather narrow roll flip movedim repeat_interleave
clone detach alias to type_as _to_copy copy_ float item Int Float Bool scalar_tensor ScalarImplicit
IntImplicit zeros ones full empty zeros_like ones_like full_like empty_like new_zeros new_ones new_full
arange linspace meshgrid tensor list append extend format warn is_floating_point lift_fresh_copy lift_fresh
sym_size sym_numel _assert_async _assert_tensor_metadata device dtype layout ceil_ floor_ copy keys values
insert pop reverse _set_item clear any all neg_ abs_ exp_ sqrt_ tanh_ softmax_ zero_ fill_ hardsigmoid_
"""
_OF_TORCHSCRIPT: Final = """
NumToTensor RaiseException min max device dtype layout unchecked_cast is_cuda requires_grad
"""

OPERATIONS: Final = frozenset(_ON_TENSORS.split())
"""Names without overload, in the spaces ``aten`` and ``torch``."""

PRIM_OPERATIONS: Final = frozenset(_OF_TORCHSCRIPT.split())
"""In the space ``prim`` of TorchScript."""
